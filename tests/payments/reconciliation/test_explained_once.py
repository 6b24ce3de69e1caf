"""What a difference is put down to, once: after lines were settled, came again, or are shared."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from payments.models import Discrepancy, Payout, ProviderAccount
from payments.reconciliation.proof import Proof, prove
from payments.reconciliation.run import reconcile
from tests.factories import later
from tests.payments.reconciliation.books import (
    DAY,
    NOON,
    Theirs,
    a_sale,
    at_noon,
    found,
    refunded_by_them,
    resolved,
    the_account,
    with_agreed_fee,
)
from tests.payments.reconciliation.proving import gbp
from tests.payments.reconciliation.test_proof_of_lines import unread

pytestmark = pytest.mark.django_db
ONE_DAY = timedelta(days=1)
LATE = DAY + 9 * ONE_DAY
LONG = 60 * ONE_DAY


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    yield from at_noon()


@pytest.fixture
def account() -> ProviderAccount:
    return the_account()


@pytest.fixture
def spoiled(account: ProviderAccount) -> ProviderAccount:
    """A sale of ours whose line cannot be read, which was compared."""
    unread(Theirs(account), a_sale(account)).comes()
    reconcile(account)
    return account


def an_uneven_day(account: ProviderAccount) -> Proof:
    """Days later another sale is in their books a day after it was in ours."""
    ProviderAccount.objects.update(settlement_days=3)
    account.refresh_from_db()
    with later(9 * ONE_DAY):
        sale = a_sale(account, 1000)
        Theirs(account, LATE).comes("late.csv")
        Theirs(account, LATE + ONE_DAY).sale(sale).comes("later.csv")
    with later(10 * ONE_DAY):
        reconcile(account)
        return prove(gbp(account), LATE)


@pytest.mark.parametrize("by_a_person", [False, True])
def test_a_line_that_could_not_be_read_explains_nothing_once_it_came_again(
    spoiled: ProviderAccount, *, by_a_person: bool
) -> None:
    with later(ONE_DAY):
        sale = Discrepancy.objects.get().attempt
        assert sale
        Theirs(spoiled, DAY + ONE_DAY).sale(sale).comes("again.csv")
        reconcile(spoiled)
        if by_a_person:
            resolved(Discrepancy.objects.get(kind="unparseable_line"), "ignored")

    proof = an_uneven_day(spoiled)

    assert (proof.gap, proof.unexplained) == (-1000, 0)


def test_nor_once_its_sale_was_adjusted(spoiled: ProviderAccount) -> None:
    resolved(Discrepancy.objects.get(), "ignored")
    with later(ONE_DAY):
        reconcile(spoiled)
        resolved(Discrepancy.objects.get(kind="missing_in_provider"), "adjusted")

    proof = an_uneven_day(spoiled)

    assert (proof.gap, proof.unexplained) == (-1000, 0)


@pytest.mark.parametrize(("own", "other"), [("po_1", "po_2"), ("po_2", "po_1")])
def test_what_explains_one_payout_is_not_taken_from_it_by_another(own: str, other: str) -> None:
    account = with_agreed_fee()
    twice, wrong, theirs = a_sale(account), a_sale(account, 3000), Theirs(account)
    theirs.sale(twice, fee=80, payout=own).sale(a_sale(account, 1000), fee=30, payout=own)
    theirs.line("payout", id=own, gross=-970, payout=own)
    theirs.sale(twice, fee=80, payout=other).sale(wrong, gross=2900, fee=50, payout=other)
    theirs.line("payout", id=other, gross=-(5920 + 2950), payout=other).comes()

    reconcile(account)

    assert "payout_total" not in dict(found(account))
    assert Discrepancy.objects.get(kind="duplicate_in_provider").payout == Payout.objects.get(
        ref=own
    )


@pytest.mark.parametrize("spoil", ["stray", "unread"])
def test_a_sale_whose_line_is_settled_explains_a_payout_once(spoil: str) -> None:
    account = with_agreed_fee()
    sale, theirs = a_sale(account), Theirs(account)
    theirs.sale(a_sale(account, 1000), fee=30, payout="po_1")
    if spoil == "stray":
        theirs.sale(sale, fee=80, mode="live", payout="po_1")
    else:
        unread(theirs, sale)
    theirs.line("payout", id="po_1", gross=-(970 + 2 * 5920), payout="po_1").comes()
    reconcile(account)
    resolved(Discrepancy.objects.exclude(kind="payout_total").get(), "ignored")

    with later(ONE_DAY):
        reconcile(account)

    assert "payout_total" in dict(found(account))


@pytest.mark.parametrize("days", [0, 34, 35, 59])
def test_a_report_of_two_months_explains_each_of_its_days(days: int) -> None:
    account = with_agreed_fee()
    theirs = Theirs(account, DAY, DAY + LONG).sale(a_sale(account), fee="80", payout="po_1")
    theirs.line("payout", id="po_1", gross=-5920, payout="po_1")
    with later(LONG):
        end = (NOON + LONG).isoformat()
        sale = a_sale(account)
        theirs.sale(sale, fee="80", payout="po_2", occurred_at=end, settled_at=end)
    with later(LONG + ONE_DAY):
        theirs.comes()
        reconcile(account)

        proof = prove(gbp(account), DAY + days * ONE_DAY)

    assert (bool(proof.gap), proof.unexplained) == (True, 0)


@pytest.mark.parametrize("settled", [False, True])
def test_a_fee_that_is_asked_about_where_none_was_agreed_explains_its_day(*, settled: bool) -> None:
    account = with_agreed_fee()
    account.fee_rules.update(percent=0, fixed=0)
    Theirs(account).sale(a_sale(account), fee="150", payout="po_1").comes()
    reconcile(account)
    if settled:
        resolved(Discrepancy.objects.get(), "adjusted")

    proof = prove(gbp(account), DAY)

    assert (proof.gap, proof.unexplained) == (0 if settled else -150, 0)


@pytest.mark.parametrize("settled", [False, True])
def test_halves_of_minor_units_are_rounded_alike_in_the_ledger_and_in_the_proof(
    *, settled: bool
) -> None:
    account = with_agreed_fee()
    sale = refunded_by_them(a_sale(account), 1000)
    theirs = Theirs(account).sale(sale, fee="150", payout="po_1")
    theirs.line("refund", id="re_1", gross=-1000, fee="-149.5", payout="po_1").comes()
    reconcile(account)
    if settled:
        resolved(Discrepancy.objects.get(), "adjusted")

    assert prove(gbp(account), DAY).unexplained == 0
