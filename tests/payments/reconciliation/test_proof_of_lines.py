"""Lines that count for nothing, and fees that are asked about, explain what they leave open."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from orders.clock import clock_at
from payments.models import Attempt, Discrepancy, ProviderAccount
from payments.models.discrepancy import DiscrepancyKind
from payments.reconciliation.proof import Because, Mark, Proof, Reason, prove
from payments.reconciliation.run import reconcile
from payments.states import EntryKind
from tests.payments.reconciliation.books import (
    DAY,
    NOON,
    Theirs,
    a_sale,
    at_noon,
    resolved,
    the_account,
    with_agreed_fee,
)
from tests.payments.reconciliation.proving import gbp

pytestmark = pytest.mark.django_db
LATER = DAY + timedelta(days=9)
UNREAD, STRAY = DiscrepancyKind.UNPARSEABLE_LINE, DiscrepancyKind.WRONG_ACCOUNT_OR_MODE


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    yield from at_noon()


@pytest.fixture
def account() -> ProviderAccount:
    return the_account()


def unread(theirs: Theirs, sale: Attempt) -> Theirs:
    return theirs.raw(f"capture,pay_1,{sale.our_ref},card,GBP,{sale.amount}?")


def proven(account: ProviderAccount, day: date = DAY) -> Proof:
    reconcile(account)
    return prove(gbp(account), day)


def because(kind: str, amount: int, *, of: Because = Because.DISCREPANCY) -> Reason:
    return Reason(of, amount, 1, kind)


def test_a_line_that_cannot_be_read_explains_the_sale_it_names(account: ProviderAccount) -> None:
    unread(Theirs(account), a_sale(account)).comes()

    proof = proven(account)

    assert (proof.unexplained, proof.reasons) == (0, [because(UNREAD, -6000)])


def test_a_line_of_another_account_explains_the_sale_it_names(account: ProviderAccount) -> None:
    Theirs(account).sale(a_sale(account), merchant_id="mer_other").comes()

    proof = proven(account)

    assert (proof.unexplained, proof.reasons) == (0, [because(STRAY, -6000)])


def test_a_line_of_another_account_that_we_know_nothing_of_moves_nothing(
    account: ProviderAccount,
) -> None:
    Theirs(account).line("capture", gross=900, merchant_id="mer_other").comes()

    proof = proven(account)

    assert (proof.mark, proof.reasons) == (Mark.AGREES, [])


def test_one_of_them_explains_days_long_after_it(account: ProviderAccount) -> None:
    unread(Theirs(account), a_sale(account)).comes()
    Theirs(account, LATER).comes("later.csv")

    proof = proven(account, LATER)

    assert (proof.unexplained, proof.reasons) == (0, [because(UNREAD, -6000)])


def test_a_sale_that_two_lines_spoil_is_explained_once(account: ProviderAccount) -> None:
    sale = a_sale(account)
    unread(unread(Theirs(account), sale), sale).comes()

    proof = proven(account)

    assert (proof.unexplained, proof.reasons) == (0, [because(UNREAD, -6000)])


def test_what_is_left_as_it_is_explains_until_it_is_asked_about_by_its_sale(
    account: ProviderAccount,
) -> None:
    unread(Theirs(account), a_sale(account)).comes()
    reconcile(account)
    resolved(Discrepancy.objects.get(), "ignored")

    before = prove(gbp(account), DAY)
    after = proven(account)

    assert before.reasons == [because(UNREAD, -6000, of=Because.SETTLED_SINCE)]
    assert after.reasons == [because(DiscrepancyKind.MISSING_IN_PROVIDER, -6000)]
    assert (before.unexplained, after.unexplained) == (0, 0)


def test_a_fee_that_is_asked_about_explains_a_day_before_the_others_are_posted() -> None:
    account = with_agreed_fee()
    Theirs(account).sale(a_sale(account), fee="150", payout="po_1").comes()

    with clock_at(lambda: NOON + timedelta(days=1)):
        proof = proven(account)

    posted_later = because(EntryKind.FEE, -80, of=Because.POSTED_LATER)
    assert set(proof.reasons) == {posted_later, because(DiscrepancyKind.FEE, -70)}
    assert proof.unexplained == 0
