"""A file is read whole or refused whole, once, and says why and where."""

from __future__ import annotations

import gzip
from datetime import timedelta
from io import BytesIO

import pytest
from pytest_django import DjangoAssertNumQueries

from orders.clock import clock_at
from payments.models import (
    Discrepancy,
    ProviderAccount,
    SettlementFile,
    SettlementLine,
    SettlementTotal,
)
from payments.models.settlement import FileSource, FileState
from payments.reconciliation import importing, load
from payments.reconciliation.receive import take_back
from payments.reconciliation.run import reconcile
from tests.factories import later
from tests.payments.reconciliation.books import (
    DAY,
    NOON,
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
    assert "mer_other" in file.why


def test_a_report_of_another_mode_is_refused(theirs: Theirs) -> None:
    theirs.head["#mode"] = "live"
    file = theirs.comes()
    assert (file.state, "live" in file.why) == ("refused", True)


def test_a_report_of_a_day_that_is_here_is_refused(theirs: Theirs) -> None:
    theirs.comes()
    theirs.line("adjustment", gross=1)
    file = theirs.comes("again.csv")
    assert (file.state, "report.csv" in file.why) == ("refused", True)


@pytest.mark.parametrize(
    ("first", "last"),
    [("1999-12-31", "1999-12-31"), ("2026-03-02", "2026-03-03"), ("9999-12-31", "9999-12-31")],
)
def test_days_that_cannot_be_are_refused(account: ProviderAccount, first: str, last: str) -> None:
    theirs = Theirs(account, head={"#period": f"{first},{last}"})
    assert outcome(theirs.comes()) == ("refused", 0, 0, 2)


def test_today_is_that_of_the_zone_of_the_reports(account: ProviderAccount) -> None:
    account.report_zone = "Pacific/Kiritimati"
    tomorrow = DAY + timedelta(days=1)
    theirs = Theirs(account, head={"#period": f"{tomorrow},{tomorrow}"})
    assert outcome(theirs.comes()) == ("loaded", 0, 0, None)


def test_a_corrected_report_comes_once_the_wrong_one_is_taken_back(theirs: Theirs) -> None:
    first = theirs.comes()
    take_back(first.pk, by=None)
    theirs.line("adjustment", gross=1)
    assert outcome(theirs.comes("again.csv")) == ("loaded", 2, 0, None)


def test_a_missing_column_is_named(theirs: Theirs) -> None:
    text = theirs.text().replace(",gross,", ",amount,")
    file = imported(theirs.account, text.encode())
    assert (file.state, file.why_line, "gross" in file.why) == ("refused", 6, True)


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
    monkeypatch.setattr(load, "MOST_BAD", 2)
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
    bad = Discrepancy.objects.values_list("detail", flat=True)
    assert list(kept) == [strange] or strange.split("\t", maxsplit=1)[0] in "".join(bad)


def test_lines_are_kept_in_any_number(theirs: Theirs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "LINES", 2)
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
    assert load.claim(file.pk)
    assert load.claim(file.pk) is None


def test_a_reader_who_died_is_followed_by_another_who_begins_anew(theirs: Theirs) -> None:
    file = theirs.comes()
    SettlementFile.objects.update(state=FileState.WAITING)
    load.claim(file.pk)
    with later(timedelta(minutes=3)):
        assert load.claim(file.pk)
    assert SettlementLine.objects.count() == 0


def test_what_a_dead_reader_has_left_goes_batch_by_batch(
    theirs: Theirs,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    monkeypatch.setattr(load, "LINES", 2)
    for number in range(4):
        theirs.line("adjustment", gross=number)
    file = theirs.comes()
    SettlementFile.objects.update(state=FileState.READING, claim="mine")
    with django_assert_num_queries(
        3 * 5 + 1 + 6
    ):  # look, begin, say alive, delete, commit; the end
        load.forget_lines(file.pk, "mine")
    assert SettlementLine.objects.count() == SettlementTotal.objects.count() == 0


def test_whose_lease_was_taken_over_deletes_no_line_of_another(theirs: Theirs) -> None:
    file = theirs.comes()
    SettlementFile.objects.update(state=FileState.READING, claim="another's")
    with pytest.raises(load.LostClaim):
        load.forget_lines(file.pk, "mine")
    assert SettlementLine.objects.count() == SettlementTotal.objects.count() == 1


class Slow(BytesIO):
    """Every piece of it takes twenty seconds."""

    waited = timedelta(0)

    def read(self, size: int | None = -1) -> bytes:
        self.waited += timedelta(seconds=20)
        return super().read(size)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_file_is_kept_while_its_encoding_is_learned(
    theirs: Theirs, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    for _ in range(40):
        theirs.raw("支" * 60_000)
    taken: list[str | None] = []
    monkeypatch.setattr(load, "check_header", lambda *given: taken.append(load.claim(given[2].pk)))
    body = Slow(theirs.text().encode(encoding))
    new = SettlementFile(account=theirs.account, name="slow.csv", source=FileSource.COMMAND)

    with clock_at(lambda: NOON + body.waited):
        file = importing.import_new(new, body)

    assert (taken, outcome(file)) == ([None], ("loaded", 1, 40, None))
