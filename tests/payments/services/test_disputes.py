"""What a dispute does to the money of a payment."""

from __future__ import annotations

from itertools import permutations

import pytest

from orders.money import Money
from orders.services.cancel import cancel_order
from payments.errors import RefundRefused
from payments.models import Dispute, Operation, Payment, Review
from payments.models.records import ReviewKind
from payments.providers.base import DisputeSeen, DisputeStatus
from payments.services.apply import apply_outcome
from tests.factories import a_payment, a_refund_seen, an_account, an_attempt, captured
from tests.payments.refunding import asked_refund

pytestmark = pytest.mark.django_db


def disputed(payment: Payment, *statuses: DisputeStatus) -> Payment:
    attempt = payment.attempts.get()
    for status in statuses:
        seen = DisputeSeen("dp_1", Money(payment.amount, "GBP"), status, "fraudulent")
        told = captured(attempt, disputes=(seen,))
        apply_outcome(attempt_id=attempt.pk, outcome=told, source="test")
    return Payment.objects.get(pk=payment.pk)


def test_a_dispute_is_noted_once_and_asks_for_a_person() -> None:
    payment = disputed(a_payment(), DisputeStatus.OPEN, DisputeStatus.OPEN)

    assert (Dispute.objects.count(), payment.disputed) == (1, 6000)
    assert Review.objects.get().kind == ReviewKind.DISPUTE


def test_two_accounts_may_call_their_disputes_the_same() -> None:
    disputed(a_payment(), DisputeStatus.OPEN)
    other = an_attempt(account=an_account(code="two", merchant_id="mer_two"))
    disputed(other.payment, DisputeStatus.OPEN)

    assert Review.objects.filter(kind=ReviewKind.DISPUTE).count() == 2


@pytest.mark.parametrize("status", [DisputeStatus.OPEN, DisputeStatus.LOST])
def test_what_is_disputed_or_lost_cannot_be_refunded(status: DisputeStatus) -> None:
    payment = disputed(a_payment(), status)

    with pytest.raises(RefundRefused):
        asked_refund(
            payment_id=payment.pk,
            amount=Money(1, "GBP"),
            reason="",
            request_key="k",
            requested_by=None,
        )


def test_a_dispute_that_was_won_frees_the_money() -> None:
    payment = disputed(a_payment(), DisputeStatus.OPEN, DisputeStatus.WON)

    assert (payment.disputed, payment.refundable.amount) == (0, 6000)


@pytest.mark.parametrize("order", [*permutations([DisputeStatus.OPEN, DisputeStatus.LOST])])
def test_the_order_in_which_it_is_told_does_not_matter(order: tuple[DisputeStatus, ...]) -> None:
    payment = disputed(a_payment(), *order)

    assert payment.disputed == 6000
    assert Dispute.objects.get().closed_at is not None


def cancelled_in_dispute() -> Payment:
    payment = disputed(a_payment(), DisputeStatus.OPEN)
    cancel_order(payment.order, actor="clerk", reason="")
    return payment


def test_what_a_cancelled_order_wins_back_is_refunded_once() -> None:
    payment = disputed(cancelled_in_dispute(), DisputeStatus.WON, DisputeStatus.WON)

    assert Operation.objects.get().amount == 6000
    assert (payment.refund_pending, payment.refundable.amount) == (6000, 0)


def test_what_a_cancelled_order_loses_is_not_refunded() -> None:
    disputed(cancelled_in_dispute(), DisputeStatus.LOST)

    assert not Operation.objects.exists()


def test_what_went_back_during_the_dispute_does_not_go_back_again() -> None:
    payment = cancelled_in_dispute()
    attempt = payment.attempts.get()
    at_the_bank = captured(attempt, refunds=(a_refund_seen(6000),))
    apply_outcome(attempt_id=attempt.pk, outcome=at_the_bank, source="test")

    disputed(payment, DisputeStatus.WON)

    assert Operation.objects.get().external


def test_what_a_living_order_wins_back_it_keeps() -> None:
    disputed(a_payment(), DisputeStatus.OPEN, DisputeStatus.WON)

    assert not Operation.objects.exists()
