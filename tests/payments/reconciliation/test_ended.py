"""What a person has decided ends with the difference, and the days before it stay explained."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from orders.clock import clock_at
from payments.models import Attempt, Discrepancy, ProviderAccount
from payments.models.discrepancy import DiscrepancyKind, Resolution
from payments.reconciliation.proof import Because, Proof, prove
from payments.reconciliation.receive import take_back
from payments.reconciliation.run import reconcile
from tests.payments.reconciliation.books import (
    NOON,
    Theirs,
    a_sale,
    posted,
    resolved,
    the_account,
)
from tests.payments.reconciliation.proving import gbp

pytestmark = pytest.mark.django_db
NamedBy = dict[str, str]
OURS: NamedBy = {}
"""A line has our reference, unless another is given."""


def on(number: int) -> date:
    return (NOON + timedelta(days=number)).date()


def night(
    account: ProviderAccount, number: int, *sales: Attempt, fee: bool = False, named: NamedBy = OURS
) -> None:
    """The report of that day comes at its noon, and the books are compared."""
    with clock_at(lambda: NOON + timedelta(days=number)):
        report = Theirs(account, on(number), opening={})
        for sale in sales:
            report.sale(sale, **named)
        if fee:
            report.line("fee", id=f"fee_{number}", fee=30, payout=f"po_{number}")
        report.comes(f"{number}.csv")
        reconcile(account)


def proof_of(account: ProviderAccount, number: int, seen: int) -> Proof:
    with clock_at(lambda: NOON + timedelta(days=seen)):
        return prove(gbp(account), on(number))


@pytest.fixture
def account() -> ProviderAccount:
    return the_account(settlement_days=3)


def test_what_was_ignored_and_came_after_all_is_no_difference_any_more(
    account: ProviderAccount,
) -> None:
    with clock_at(lambda: NOON):
        sale = a_sale(account)
    night(account, 0)
    with clock_at(lambda: NOON):
        resolved(Discrepancy.objects.get(kind=DiscrepancyKind.TIMING), "ignored")

    night(account, 1, sale)
    for number in range(2, 8):
        night(account, number, fee=True)

    assert Discrepancy.objects.get().resolution == Resolution.AUTO
    assert [proof_of(account, number, 8).unexplained for number in range(8)] == [0] * 8


@pytest.mark.parametrize("named", [OURS, {"reference": ""}], ids=["by_ours", "by_theirs"])
def test_a_line_that_comes_long_after_its_window_leaves_the_days_before_it_explained(
    account: ProviderAccount, named: NamedBy
) -> None:
    with clock_at(lambda: NOON):
        sale = a_sale(account)
    for number in range(10):
        night(account, number)
    before = proof_of(account, 6, 9)

    night(account, 10, sale, named=named)

    after = proof_of(account, 6, 11)
    assert [reason.because for reason in before.reasons] == [Because.DISCREPANCY]
    assert [reason.because for reason in after.reasons] == [Because.SETTLED_SINCE]
    assert (before.unexplained, after.unexplained) == (0, 0)


def test_a_difference_that_was_asked_in_two_currencies_is_booked_once() -> None:
    account = the_account()
    with clock_at(lambda: NOON):
        sale = a_sale(account, 6000)
        both = Theirs(account).sale(sale, gross=5000)
        file = both.sale(sale, gross=6000, currency="EUR", id="x").comes()
        reconcile(account)
        take_back(file.pk, by=None)
    with clock_at(lambda: NOON + timedelta(hours=1)):
        Theirs(account).sale(sale, gross=5000).comes("corrected.csv")
        reconcile(account)
        for row in Discrepancy.objects.exclude(state="resolved"):
            resolved(row, "adjusted")
        reconcile(account)

    assert posted("adjustment")["provider:sandbox", "GBP"] == -1000
