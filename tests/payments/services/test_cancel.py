"""Cancelling: nothing is kept, whatever was paid, held or on its way; and only once."""

from __future__ import annotations

import pytest

from orders.models import Mail, Order, StateChange
from orders.states import OrderState
from payments.errors import CancelRefused
from payments.models import Operation, Payment, Review
from payments.models.records import ReviewAct, ReviewKind
from payments.services.apply import apply_outcome
from payments.services.cancel import cancel_order
from payments.states import OperationKind, PaymentStatus
from tests.factories import a_payment, a_refund_seen, an_attempt, an_order, captured
from tests.payments.reviewing import press
from tests.payments.services.cast import apply

pytestmark = pytest.mark.django_db(transaction=True)


def cancel(order: Order) -> bool:
    payment = Payment.objects.get(order=order)
    return cancel_order(
        payment_id=payment.pk, actor="clerk", reason="broken in the store", requested_by=None
    )


def test_an_unpaid_order_is_closed() -> None:
    order = an_order()

    assert (cancel(order), cancel(order)) == (True, False)
    assert Order.objects.get().state == OrderState.CANCELLED
    assert Payment.objects.get().status == PaymentStatus.CANCELLED
    assert list(Mail.objects.values_list("kind", flat=True)) == ["cancelled"]


def test_who_cancelled_and_why_is_kept() -> None:
    cancel(an_order())

    change = StateChange.objects.get()
    assert (change.actor, change.reason) == ("clerk", "broken in the store")


def test_what_was_paid_is_asked_back_once() -> None:
    order = a_payment(amount=6000).order

    cancel(order)
    cancel(order)

    (refund,) = Operation.objects.all()
    assert (refund.kind, refund.amount) == (OperationKind.REFUND, 6000)
    assert Payment.objects.get().refund_pending == 6000


def test_money_that_comes_after_cancelling_goes_back_by_itself() -> None:
    attempt = an_attempt()
    Order.objects.update(state=OrderState.CANCELLED)

    apply_outcome(attempt_id=attempt.pk, outcome=captured(attempt), source="test")

    payment = Payment.objects.get()
    assert (payment.surplus, payment.refund_pending) == (6000, 6000)


def test_an_attempt_that_gave_back_too_much_does_not_keep_the_order_from_being_cancelled() -> None:
    order = an_order()
    first = an_attempt(order)
    apply(first, captured(first, 3000, refunds=(a_refund_seen(7000),)))
    second = an_attempt(order)
    apply(second, captured(second))
    Review.objects.all().delete()

    cancel(order)

    assert Order.objects.get().state == OrderState.CANCELLED
    review = Review.objects.get()
    assert (review.kind, review.subject_ref) == (ReviewKind.REFUND_FAILED, second.our_ref)


def test_what_cancelling_could_not_ask_back_goes_back_from_its_review() -> None:
    order = an_order()
    first = an_attempt(order)
    apply(first, captured(first, 3000, refunds=(a_refund_seen(7000),)))
    second = an_attempt(order)
    apply(second, captured(second))
    cancel(order)

    press(Review.objects.get(subject_ref=second.our_ref), ReviewAct.REFUND_AGAIN)

    refund = Operation.objects.get(external=False)
    assert (refund.attempt_id, refund.amount, refund.reason) == (second.pk, 2000, "order ended")
    assert Payment.objects.get().refundable.amount == 0


@pytest.mark.parametrize("state", [OrderState.EXPIRED, OrderState.COMPLETED])
def test_what_has_ended_is_not_cancelled(state: OrderState) -> None:
    order = an_order()
    Order.objects.update(state=state)

    with pytest.raises(CancelRefused):
        cancel(order)
    assert Order.objects.get().state == state
