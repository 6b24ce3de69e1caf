"""What the bank got of each payout: found on its statements, asked about once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from payments.models import Discrepancy, FeeRule, ProviderAccount
from payments.reconciliation import bank
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
    resolved,
    statement,
    the_account,
)

pytestmark = pytest.mark.django_db
_noon = pytest.fixture(autouse=True)(at_noon)
ONE_DAY = timedelta(days=1)


@pytest.fixture
def account() -> ProviderAccount:
    """With an agreed fee of 1 % and 20 pence."""
    account = the_account()
    FeeRule.objects.create(account=account, currency="GBP", percent=1, fixed=20, tolerance=1)
    return account


def paid(account: ProviderAccount, amount: int, *, by: str = "po_1") -> Theirs:
    """One sale that agrees and comes to 59.20, paid out with such an amount."""
    theirs = Theirs(account).sale(a_sale(account), fee=80, payout=by)
    return theirs.line("payout", id=by, gross=-amount, payout=by)


def test_the_bank_is_asked_where_it_got_the_lines_of_a_payout_that_is_explained(
    account: ProviderAccount,
) -> None:
    a_sale(account)
    paid(account, 2 * 5920).comes()
    statement((DAY, "59.20", "po_1"))
    reconcile(account)
    assert [kind for kind, _ in found(account)] == ["bank_total", "missing_in_provider"]


def test_a_line_that_names_only_the_provider_is_the_payout_of_that_amount(
    account: ProviderAccount,
) -> None:
    paid(account, 5920).comes()
    statement((DAY, "59.20", "SANDBOX PAYMENTS UK"))

    reconcile(account)

    assert account.payouts.get(ref="po_1").arrived == 5920
    assert found(account) == []


@pytest.mark.parametrize(
    ("amount", "reference", "after"),
    [
        ("59.20", "ACME LTD", 0),
        ("59.19", "SANDBOX", 0),
        ("59.20", "SANDBOX", 9),
        ("59.20", "SANDBOX po_9", 0),
    ],
)
def test_a_line_of_another_amount_sender_time_or_payout_is_none_of_it(
    amount: str, reference: str, after: int
) -> None:
    account = the_account()
    theirs = Theirs(account).sale(a_sale(account), fee=80, payout="po_1")
    theirs.line("payout", id="po_1", gross=-5920, payout="po_1").comes()
    with later(after * ONE_DAY):
        statement((DAY + after * ONE_DAY, amount, reference))
        reconcile(account)

    assert account.payouts.get(ref="po_1").arrived is None


def test_of_two_payouts_of_one_amount_none_is_guessed(account: ProviderAccount) -> None:
    theirs = paid(account, 5920)
    theirs.sale(a_sale(account), fee=80, payout="po_2")
    theirs.line("payout", id="po_2", gross=-5920, payout="po_2").comes()
    statement((DAY, "59.20", "SANDBOX"))

    reconcile(account)

    assert set(account.payouts.exclude(ref="").values_list("arrived", flat=True)) == {None}


def test_the_bank_is_not_asked_once_a_person_has_settled_the_payout(
    account: ProviderAccount,
) -> None:
    paid(account, 5000).comes()
    statement((DAY, "59.20", "po_1"))
    reconcile(account)
    resolved(Discrepancy.objects.get(kind="payout_total"), "ignored")
    reconcile(account)
    assert found(account) == []


def test_a_payout_that_is_in_no_file_any_more_was_not_sent(account: ProviderAccount) -> None:
    theirs = paid(account, 5920)
    wrong = theirs.comes()
    reconcile(account)
    take_back(wrong.pk, by=None)
    theirs.rows[:] = [row.replace("po_1", "po_1b") for row in theirs.rows]
    theirs.comes()
    statement((DAY, "59.20", "po_1b"), (DAY + 10 * ONE_DAY, "1.00", "rent"))
    reconcile(account)
    assert found(account) == []
    assert [*account.payouts.order_by("ref").values_list("amount", "lines_net")] == [
        (None, 0),
        (5920, 5920),
    ]


def test_lines_of_no_payout_are_looked_at_once(
    account: ProviderAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bank, "SOME", 2)
    paid(account, 5920).comes()
    statement(*[(DAY, "1.00", "rent")] * 6)
    reconcile(account)
    with later(ONE_DAY), CaptureQueriesContext(connection) as few:
        reconcile(account)
    with later(2 * ONE_DAY):
        statement(*[(DAY, "2.00", "rent")] * 6)
        reconcile(account)
    with later(3 * ONE_DAY), CaptureQueriesContext(connection) as many:
        reconcile(account)
    assert len(many) == len(few)


@pytest.mark.parametrize("later_one", ["report", "statement"])
def test_a_payout_is_found_whichever_of_both_comes_later(
    account: ProviderAccount, later_one: str
) -> None:
    theirs = paid(account, 5920)
    ways = {"report": theirs.comes, "statement": lambda: statement((DAY, "59.20", "po_1"))}
    for days, name in enumerate(sorted(ways, key=later_one.__eq__)):
        with later(days * ONE_DAY):
            ways[name]()
            reconcile(account)
    assert account.payouts.get(ref="po_1").arrived == 5920


def test_statements_in_another_currency_miss_no_payout(account: ProviderAccount) -> None:
    paid(account, 5920).comes()
    days = f"{DAY},EUR,1.00,rent,x\n{DAY + 20 * ONE_DAY},EUR,1.00,rent,x\n"
    imported(None, f"booked_on,currency,amount,reference,text\n{days}".encode(), "eur.csv")
    reconcile(account)
    assert found(account) == []


def test_what_came_is_compared_though_it_was_sent_before_the_first_statement(
    account: ProviderAccount,
) -> None:
    paid(account, 5920).comes()
    statement((DAY + ONE_DAY, "50.00", "po_1"))
    reconcile(account)
    assert [kind for kind, _ in found(account)] == ["bank_total"]


@pytest.mark.parametrize(("zone", "left"), [("UTC", []), ("Asia/Shanghai", ["bank_total"])])
def test_the_days_of_a_payout_are_those_of_the_accounts_zone(zone: str, left: list[str]) -> None:
    """Late in the evening of UTC it is the next day in Shanghai."""
    account = the_account(report_zone=zone, payout_days=0)
    theirs = Theirs(account, DAY, DAY + ONE_DAY)
    theirs.sale(a_sale(account), fee=80, payout="po_1")
    evening = NOON.replace(hour=20).isoformat()
    theirs.line("payout", id="po_1", gross=-5920, payout="po_1", occurred_at=evening).comes()
    statement((DAY + ONE_DAY, "1.00", "rent"))
    reconcile(account)
    assert [kind for kind, _ in found(account)] == left


def test_what_came_and_no_report_says_was_sent_is_asked_about(account: ProviderAccount) -> None:
    Theirs(account).sale(a_sale(account), fee=80, payout="po_1").comes()
    statement((DAY, "59.20", "po_1"))
    reconcile(account)

    row = Discrepancy.objects.get()
    assert (row.kind, row.ours, row.theirs) == ("bank_total", None, 5920)


def test_what_came_on_a_day_without_a_report_yet_is_waited_for(account: ProviderAccount) -> None:
    Theirs(account).sale(a_sale(account), fee=80, payout="po_1").comes()
    with later(ONE_DAY):
        statement((DAY + ONE_DAY, "59.20", "po_1"))
        reconcile(account)

    assert found(account) == []


@pytest.mark.parametrize(("days_between", "asked"), [(4, ["bank_total"]), (25, [])])
def test_a_hole_between_two_statements_misses_no_payout(
    account: ProviderAccount, days_between: int, asked: list[str]
) -> None:
    """A long weekend is none."""
    paid(account, 5920).comes()
    with later(timedelta(days=40)):
        statement((DAY, "1.00", "rent"))
        for days in range(days_between, 40, days_between):
            statement((DAY + timedelta(days=days), f"{days}.00", "rent"))
        reconcile(account)

    assert [kind for kind, _ in found(account)] == asked


def test_a_payout_that_is_explained_by_now_excuses_the_bank_no_more(
    account: ProviderAccount,
) -> None:
    """The bank got what its lines come to, and the payout was asked about first."""
    paid(account, 5920 + 970).comes()
    statement((DAY, "59.20", "po_1"))
    reconcile(account)
    assert [kind for kind, _ in found(account)] == ["payout_total"]

    a_sale(account, 1000)
    reconcile(account)

    assert [kind for kind, _ in found(account)] == ["bank_total", "missing_in_provider"]
    asked = Discrepancy.objects.get(kind="bank_total")
    assert (asked.ours, asked.theirs) == (6890, 5920)


def test_a_payout_that_was_settled_by_other_amounts_excuses_the_bank_no_more(
    account: ProviderAccount,
) -> None:
    theirs = paid(account, 5000)
    wrong = theirs.comes()
    statement((DAY, "59.20", "po_1"))
    reconcile(account)
    resolved(Discrepancy.objects.get(), "ignored")
    take_back(wrong.pk, by=None)

    a_sale(account, 1000)
    theirs.rows[-1] = theirs.rows[-1].replace("-5000", "-6890")
    theirs.comes()
    reconcile(account)

    assert [kind for kind, _ in found(account)] == ["bank_total", "missing_in_provider"]


def test_where_the_bank_got_neither_amount_of_a_payout_it_is_asked_as_well(
    account: ProviderAccount,
) -> None:
    paid(account, 5000).comes()
    statement((DAY, "40.00", "po_1"))
    reconcile(account)

    assert [kind for kind, _ in found(account)] == ["bank_total", "payout_total"]


def test_once_the_rest_has_come_only_the_payout_is_asked_about(account: ProviderAccount) -> None:
    paid(account, 5000).comes()
    statement((DAY, "40.00", "po_1"))
    reconcile(account)
    resolved(Discrepancy.objects.get(kind="bank_total"), "ignored")

    with later(ONE_DAY):
        statement((DAY + ONE_DAY, "19.20", "po_1"))
        reconcile(account)

    assert [kind for kind, _ in found(account)] == ["payout_total"]


def test_what_came_on_a_day_whose_report_was_taken_back_is_waited_for(
    account: ProviderAccount,
) -> None:
    Theirs(account).sale(a_sale(account), fee=80, payout="po_1").comes()
    with later(ONE_DAY):
        wrong = Theirs(account, DAY + ONE_DAY).comes()
        take_back(wrong.pk, by=None)
        statement((DAY + ONE_DAY, "59.20", "po_1"))
        reconcile(account)

    assert found(account) == []
