"""Which lines of which statements are looked at for a payout, and which days they cover."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders.clock import now
from payments.models import BankLine, ProviderAccount, SettlementFile
from payments.models.settlement import FileKind, FileState
from payments.reconciliation import bank
from payments.reconciliation.receive import take_back
from payments.reconciliation.run import reconcile
from tests.factories import later
from tests.payments.disagreeing import a_file
from tests.payments.reconciliation.books import (
    DAY,
    NOON,
    Theirs,
    a_sale,
    at_noon,
    found,
    imported,
    paid,
    statement,
    the_account,
    with_agreed_fee,
)

pytestmark = pytest.mark.django_db
_noon = pytest.fixture(autouse=True)(at_noon)
HOUR, ONE_DAY = timedelta(hours=1), timedelta(days=1)
HEAD = "booked_on,currency,amount,reference,text"
LONG_AFTER = DAY + 6 * ONE_DAY


@pytest.fixture
def account() -> ProviderAccount:
    return with_agreed_fee()


def came(account: ProviderAccount, ref: str = "po_1") -> tuple[int | None, date | None]:
    """What the bank got of a payout, and when."""
    payout = account.payouts.get(ref=ref, currency="GBP")
    return payout.arrived, payout.arrived_on


def row(text: str) -> SettlementFile:
    """A statement with a line of DAY."""
    return imported(None, f"{HEAD}\n{DAY},{text}\n".encode(), "statement.csv")


@pytest.mark.parametrize("seen", [False, True])
def test_what_a_statement_had_that_was_taken_back_has_not_come(
    account: ProviderAccount, seen: bool
) -> None:
    paid(account, 5920).comes()
    wrong = statement((DAY, "59.20", "po_1"))
    if seen:
        reconcile(account)
        assert came(account) == (5920, DAY)

    take_back(wrong.pk, by=None)
    with later(HOUR):
        reconcile(account)

    assert came(account) == (None, None)


@pytest.mark.parametrize("state", [FileState.WAITING, FileState.READING, FileState.REFUSED])
def test_a_line_of_a_statement_that_does_not_count_is_no_payouts(
    account: ProviderAccount, state: FileState
) -> None:
    paid(account, 5920).comes()
    file = statement((DAY, "59.20", "po_1"))
    SettlementFile.objects.filter(pk=file.pk).update(state=state)

    reconcile(account)

    assert BankLine.objects.get().payout is None


@pytest.mark.parametrize("covers", [True, False])
def test_a_payout_is_missed_only_where_the_statements_count_that_cover_its_days(
    account: ProviderAccount, covers: bool
) -> None:
    paid(account, 5920).comes()
    with later(6 * ONE_DAY):
        file = statement((DAY, "1.00", "rent"), (LONG_AFTER, "1.00", "rent"))
        if not covers:
            take_back(file.pk, by=None)
        reconcile(account)

    assert [kind for kind, _ in found(account)] == ["bank_total"] * covers


def test_reports_of_the_provider_cover_no_days_of_the_bank(account: ProviderAccount) -> None:
    paid(account, 5920).comes()
    for days in (4, 8):
        Theirs(account, DAY + days * ONE_DAY).comes()
    with later(9 * ONE_DAY):
        reconcile(account)

    assert found(account) == []


@pytest.mark.parametrize(
    ("balances", "asked"),
    [
        ({"opening": {"GBP": 100}}, ["bank_total"]),
        ({"closing": {"GBP": 100}}, ["bank_total"]),
        ({"opening": {"EUR": 100}}, []),
        ({}, []),
    ],
)
def test_a_statement_without_a_line_covers_its_days_in_the_currencies_of_its_balances(
    account: ProviderAccount, balances: dict[str, dict[str, int]], asked: list[str]
) -> None:
    paid(account, 5920).comes()
    a_file(kind=FileKind.STATEMENT, first_day=DAY, last_day=LONG_AFTER, ended_at=now(), **balances)

    reconcile(account)

    assert [kind for kind, _ in found(account)] == asked


def test_statements_that_overlap_cover_the_days_of_both(account: ProviderAccount) -> None:
    """The longer one begins first, and ends last."""
    paid(account, 5920).comes()
    for last in (LONG_AFTER, DAY + ONE_DAY):
        days = {"first_day": DAY, "last_day": last, "closing": {"GBP": 100}}
        a_file(kind=FileKind.STATEMENT, ended_at=now(), **days)

    reconcile(account)

    assert [kind for kind, _ in found(account)] == ["bank_total"]


@pytest.mark.parametrize(
    ("line", "amount"),
    [
        ("GBP,59.20,po_1,Payout", 5920),
        ("GBP,59.20,,EREF po_1 SANDBOX", 5920),
        ("GBP,59.20,EREF po_1 SANDBOX,Payout", 5920),
        ("EUR,59.20,po_1,Payout", None),
        ("GBP,59.20,po_10,Payout", None),
        ("GBP,59.20,po_1,with po_2", None),
        ("GBP,59.20,po_1,once more po_1", 5920),
        ("GBP,59.20,,", None),
    ],
)
def test_a_line_is_of_the_one_payout_in_its_currency_that_it_names(
    account: ProviderAccount, line: str, amount: int | None
) -> None:
    """What is not paid out yet has no name, and neither has many a line."""
    theirs = paid(account, 5920).sale(a_sale(account), fee=80, payout="")
    theirs.line("payout", id="po_2", gross=0, payout="po_2").comes()
    row(line)

    reconcile(account)

    assert came(account) == (amount, DAY if amount else None)
    assert [each.payout is None for each in BankLine.objects.all()] == [amount is None]


@pytest.mark.parametrize(("line", "amount"), [("p-1,Payout", 5920), (",for p-1 PAYOUT", None)])
def test_a_short_name_is_known_only_where_it_is_the_reference(
    account: ProviderAccount, line: str, amount: int | None
) -> None:
    theirs = Theirs(account).sale(a_sale(account), fee=80, payout="p-1")
    theirs.line("payout", id="p-1", gross=-5920, payout="p-1").comes()
    row(f"GBP,59.20,{line}")

    reconcile(account)

    assert came(account, "p-1")[0] == amount


def test_a_line_that_was_found_is_no_other_accounts(account: ProviderAccount) -> None:
    other = the_account(code="other", merchant_id="mer_other")
    statement((DAY, "59.20", "po_1"))
    for each in (account, other):
        theirs = Theirs(each).sale(a_sale(each), fee=80, payout="po_1")
        theirs.line("payout", id="po_1", gross=-5920, payout="po_1").comes()
        reconcile(each)

    assert (came(account), came(other)) == ((5920, DAY), (None, None))


def test_what_comes_in_parts_has_come_with_the_last(account: ProviderAccount) -> None:
    paid(account, 5920).comes()
    statement((DAY + ONE_DAY, "29.20", "po_1"), (DAY, "30.00", "po_1"), (DAY, "1.00", "rent"))

    reconcile(account)

    assert came(account) == (5920, DAY + ONE_DAY)


def test_a_statement_that_a_comparison_did_not_see_is_looked_at_by_the_next(
    account: ProviderAccount,
) -> None:
    """It had ended when that began, and was committed only afterwards."""
    paid(account, 5920).comes()
    with later(HOUR):
        reconcile(account)
    statement((DAY, "59.20", "po_1"))

    with later(2 * HOUR):
        reconcile(account)

    assert came(account) == (5920, DAY)


@pytest.mark.parametrize(("days", "amount"), [(7, 5920), (8, None)])
def test_of_a_late_report_the_lines_are_looked_at_from_a_week_before_its_first(
    account: ProviderAccount, days: int, amount: int | None
) -> None:
    """Its first line is that of the oldest payout in it."""
    statement((DAY - days * ONE_DAY, "59.20", "po_1"))
    with later(2 * HOUR):
        reconcile(account)

    with later(4 * HOUR):
        theirs = Theirs(account, DAY, DAY + 20 * ONE_DAY)
        theirs.sale(a_sale(account), fee=80, payout="po_1")
        theirs.line("payout", id="po_1", gross=-5920, payout="po_1")
        much_later = (NOON + 20 * ONE_DAY).isoformat()
        theirs.line("refund", gross=-1, payout="po_2", occurred_at=much_later).comes()
        reconcile(account)

    assert came(account)[0] == amount


@pytest.mark.parametrize(
    ("code", "payout", "read"), [("sandbox", "po_1", 1), ("sandbox", "", 0), ("other", "po_1", 0)]
)
def test_old_lines_are_read_again_only_for_a_report_of_the_account_that_names_a_payout(
    account: ProviderAccount, *, code: str, payout: str, read: int
) -> None:
    other = the_account(code="other", merchant_id="mer_other")
    statement((DAY, "1.00", "rent"))
    with later(2 * HOUR):
        reconcile(account)

    with later(4 * HOUR):
        theirs = Theirs(other if code == "other" else account)
        theirs.line("adjustment", gross=1, payout=payout).comes()

    assert bank._new_lines(account).count() == read


@pytest.mark.parametrize(
    ("given", "arrived"), [({}, None), ({"mode": "live"}, 5920), ({"provider": "stripe"}, 5920)]
)
def test_of_two_accounts_that_a_line_may_be_of_none_is_guessed(
    account: ProviderAccount, given: dict[str, str], arrived: int | None
) -> None:
    paid(account, 5920).comes()
    other = the_account(**({"code": "other", "merchant_id": "mer_other"} | given))
    other.payouts.create(ref="po_2", currency="GBP", amount=5920, sent_at=NOON)
    statement((DAY, "59.20", "SANDBOX"))

    reconcile(account)

    assert came(account)[0] == arrived


def test_a_payout_of_another_account_is_left_to_it(account: ProviderAccount) -> None:
    other = the_account(code="other", merchant_id="mer_other")
    paid(other, 5920).comes()
    statement((DAY, "59.20", "SANDBOX"))

    reconcile(account)
    assert BankLine.objects.get().payout is None
    reconcile(other)

    assert came(other)[0] == 5920


def test_each_line_that_names_the_provider_takes_no_statement_of_its_own(
    account: ProviderAccount,
) -> None:
    paid(account, 5920).comes()
    statement((DAY, "1.00", "SANDBOX"))
    with CaptureQueriesContext(connection) as few:
        bank.find_payouts(account)
    statement(*[(DAY, "2.00", "SANDBOX")] * 6)

    with CaptureQueriesContext(connection) as many:
        bank.find_payouts(account)

    assert len(many) == len(few)
