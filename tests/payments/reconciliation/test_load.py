"""A file is read whole or refused whole, once, and says why and where."""

from __future__ import annotations

import gzip
from datetime import timedelta
from typing import Any

import pytest

from payments.models import (
    Discrepancy,
    ProviderAccount,
    SettlementFile,
    SettlementLine,
    SettlementTotal,
)
from payments.models.settlement import FileState
from payments.reconciliation import batch, reading
from payments.reconciliation.receive import take_back
from payments.reconciliation.run import reconcile
from tests.factories import later
from tests.payments.reconciliation.books import (
    DAY,
    Theirs,
    a_sale,
    at_noon,
    found,
    imported,
    the_account,
)

pytestmark = pytest.mark.django_db
_noon = pytest.fixture(autouse=True)(at_noon)


@pytest.fixture
def account() -> ProviderAccount:
    return the_account()


@pytest.fixture
def theirs(account: ProviderAccount) -> Theirs:
    """A report of one sale that agrees."""
    return Theirs(account).sale(a_sale(account))


def outcome(file: SettlementFile) -> tuple[str, int, int, int | None]:
    return file.state, file.lines_read, file.bad_lines, file.why_line


def test_a_report_is_read_whole(theirs: Theirs) -> None:
    file = theirs.comes()
    assert outcome(file) == ("loaded", 1, 0, None)
    assert (file.first_day, file.last_day, file.opening) == (DAY, DAY, {"GBP": 0})


def test_an_empty_day_is_a_report(account: ProviderAccount) -> None:
    assert outcome(Theirs(account).comes()) == ("loaded", 0, 0, None)


def test_the_same_bytes_again_change_nothing(theirs: Theirs) -> None:
    first, again = theirs.comes(), theirs.comes("other name.csv")
    assert first == again
    assert SettlementLine.objects.count() == 1


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_every_encoding_of_a_spreadsheet_is_read(theirs: Theirs, encoding: str) -> None:
    theirs.line("adjustment", method="支付宝", id="adj", gross=1)
    file = imported(theirs.account, theirs.text().encode(encoding))
    assert outcome(file) == ("loaded", 2, 0, None)
    assert SettlementLine.objects.get(kind="adjustment").method == "支付宝"


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_delimiters_are_read(theirs: Theirs, delimiter: str) -> None:
    text = theirs.text().replace(",", delimiter)
    assert outcome(imported(theirs.account, text.encode())) == ("loaded", 1, 0, None)


def test_a_packed_report_is_read(theirs: Theirs) -> None:
    packed = gzip.compress(theirs.text().encode())
    assert outcome(imported(theirs.account, packed)) == ("loaded", 1, 0, None)


def test_a_report_of_another_account_is_refused(theirs: Theirs) -> None:
    theirs.head["#merchant_id"] = "mer_other"
    file = theirs.comes()
    assert outcome(file) == ("refused", 0, 0, 2)
    assert "mer_other" in file.refused_for


def test_a_report_that_names_other_days_than_all_its_lines_is_refused(theirs: Theirs) -> None:
    theirs.first = theirs.last = DAY - timedelta(days=9)

    file = theirs.comes()

    assert outcome(file) == ("refused", 0, 0, 4)
    assert "all of its lines are of other days" in file.refused_for
    assert not SettlementLine.objects.exists()
    assert not Discrepancy.objects.exists()


def test_a_report_of_another_mode_is_refused(theirs: Theirs) -> None:
    theirs.head["#mode"] = "live"
    file = theirs.comes()
    assert (file.state, "live" in file.refused_for) == ("refused", True)


def test_a_report_of_a_day_that_is_here_is_refused(theirs: Theirs) -> None:
    theirs.comes()
    theirs.line("adjustment", gross=1)
    file = theirs.comes("again.csv")
    assert (file.state, "report.csv" in file.refused_for) == ("refused", True)


def test_a_corrected_report_comes_once_the_wrong_one_is_taken_back(theirs: Theirs) -> None:
    first = theirs.comes()
    take_back(first.pk, by=None)
    theirs.line("adjustment", gross=1)
    assert outcome(theirs.comes("again.csv")) == ("loaded", 2, 0, None)


def test_a_missing_column_is_named(theirs: Theirs) -> None:
    text = theirs.text().replace(",gross,", ",amount,")
    file = imported(theirs.account, text.encode())
    assert (file.state, file.why_line, "gross" in file.refused_for) == ("refused", 6, True)


def test_a_report_that_breaks_off_is_refused_and_leaves_nothing(theirs: Theirs) -> None:
    file = imported(theirs.account, theirs.text()[:-20].encode())
    assert file.state == FileState.REFUSED
    assert SettlementLine.objects.count() == SettlementTotal.objects.count() == 0


def test_a_line_that_cannot_be_read_stops_nothing(theirs: Theirs) -> None:
    file = theirs.raw("capture,what,is,this").comes()
    assert outcome(file) == ("loaded", 1, 1, None)
    row = Discrepancy.objects.get()
    assert (row.kind, row.line_no, row.file) == ("unparseable_line", 8, file)


def test_a_line_that_cannot_be_read_and_names_a_sale_is_one_question(
    account: ProviderAccount,
) -> None:
    sale = a_sale(account)
    file = Theirs(account).raw(f"capture,pay_x,{sale.our_ref},card,GBP,??").comes()
    reconcile(account)
    assert found(account) == [("unparseable_line", f"line:{file.pk}:7")]
    assert Discrepancy.objects.get().attempt == sale


def test_a_file_of_which_next_to_nothing_can_be_read_is_refused(
    theirs: Theirs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_BAD", 2)
    for _ in range(3):
        theirs.raw("capture,what,is,this")
    file = theirs.comes()
    assert outcome(file) == ("refused", 0, 0, 8)
    assert Discrepancy.objects.count() == 0


def test_a_line_of_another_merchant_is_asked_about_and_counts_for_nothing(
    account: ProviderAccount,
) -> None:
    file = Theirs(account).line("capture", gross=500, merchant_id="mer_other").comes()
    reconcile(account)
    assert found(account) == [("wrong_account_or_mode", f"line:{file.pk}:7")]
    assert SettlementTotal.objects.count() == 0


def test_a_sale_of_ours_in_a_line_of_another_mode_is_one_question(
    account: ProviderAccount,
) -> None:
    file = Theirs(account).sale(a_sale(account), mode="live").comes()
    reconcile(account)
    assert found(account) == [("wrong_account_or_mode", f"line:{file.pk}:7")]


def test_a_formula_stays_the_text_that_it_is(theirs: Theirs) -> None:
    theirs.line("adjustment", id="=1+1", gross=1).comes()
    assert SettlementLine.objects.get(kind="adjustment").provider_ref == "=1+1"


@pytest.mark.parametrize("strange", ["a\\b", "tab\there"])
def test_what_copy_would_take_for_its_own_signs_is_kept(theirs: Theirs, strange: str) -> None:
    theirs.line("adjustment", id=strange, gross=1).comes()
    kept = SettlementLine.objects.filter(kind="adjustment").values_list("provider_ref", flat=True)
    bad = "".join(row.seen for row in Discrepancy.objects.all())
    assert list(kept) == [strange] or strange.split("\t", maxsplit=1)[0] in bad


def test_lines_are_kept_in_any_number(theirs: Theirs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LINES", 2)
    for number in range(6):
        theirs.line("adjustment", gross=number)
    assert outcome(theirs.comes()) == ("loaded", 7, 0, None)
    assert SettlementLine.objects.count() == 7


def test_days_are_those_of_the_zone_of_the_reports(account: ProviderAccount) -> None:
    account.report_zone = "Asia/Shanghai"
    late = f"{DAY}T17:00:00Z"
    Theirs(account).line("adjustment", gross=1, occurred_at=late).comes()
    assert SettlementTotal.objects.get().day == DAY + timedelta(days=1)


def test_a_file_is_read_by_one_process(theirs: Theirs) -> None:
    file = theirs.comes()
    SettlementFile.objects.update(state=FileState.WAITING)
    assert reading.claim(file.pk)
    assert reading.claim(file.pk) is None


def test_a_reader_who_died_is_followed_by_another_who_begins_anew(theirs: Theirs) -> None:
    file = theirs.comes()
    SettlementFile.objects.update(state=FileState.WAITING)
    reading.claim(file.pk)
    with later(timedelta(minutes=3)):
        assert reading.claim(file.pk)
    assert SettlementLine.objects.count() == 0


@pytest.mark.parametrize(
    ("kind", "given"),
    [("fee", {"gross": -500}), ("payout", {"gross": -500, "payout": ""})],
)
def test_a_line_that_no_book_could_follow_is_shown_and_counts_for_nothing(
    account: ProviderAccount, kind: str, given: dict[str, Any]
) -> None:
    good = Theirs(account).line("fee", fee=30).line("payout", gross=-70, payout="po_1")

    file = good.line(kind, id="odd", **given).comes()

    assert (file.state, file.lines_read, file.bad_lines) == ("loaded", 2, 1)
    assert f"{kind} odd" in Discrepancy.objects.get(kind="unparseable_line").seen


def test_fees_and_payouts_as_they_should_be_are_looked_through_together(
    account: ProviderAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(batch.Batch, "_each")

    file = Theirs(account).line("fee", fee=30).line("payout", gross=-70, payout="po_1").comes()

    assert (file.lines_read, file.bad_lines) == (2, 0)
