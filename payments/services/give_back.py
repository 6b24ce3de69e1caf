"""Giving up an order that a review is about: everything goes back."""

from __future__ import annotations

from django.db import transaction

from orders.states import OrderState
from payments.models import Attempt, Operation, Review
from payments.services.cancel import cancel_order
from payments.services.ending import Case, Ending, end, ended_before, lock_case
from payments.services.refund import owe_refund

LIVING = frozenset({OrderState.OPEN, OrderState.CONFIRMED})


def can_give_back(case: Case) -> bool:
    """Whether there is an order to cancel, or money to refund."""
    return case.payment.order.state in LIVING or any(a.refundable.amount for a in case.attempts)


def give_back(ending: Ending) -> bool:
    """Cancel the order and refund what was paid; no transaction is open.

    The cancellation commits first, so that a worker who dies in between leaves the review open,
    and pressing again ends it. False where this was done before; raises PaymentError.
    """
    if ended_before(ending):
        return False
    payment = Review.objects.select_related("payment__order").get(pk=ending.review_id).payment
    if payment.order.state in LIVING:
        cancel_order(
            payment_id=payment.pk,
            actor=ending.actor,
            reason=ending.note,
            requested_by=ending.by,
        )
    with transaction.atomic():
        case = lock_case(ending)
        if ended_before(ending):
            return False
        for attempt in case.attempts:
            _refund(attempt, ending)
        end(ending)
    return True


def _refund(attempt: Attempt, ending: Ending) -> None:
    """What cancelling has not asked back, of an order that had ended before."""
    if attempt.refundable.amount:
        owe_refund(
            Operation(
                attempt=attempt,
                request_key=f"review:{ending.key}:{attempt.our_ref}",
                amount=attempt.refundable.amount,
                reason=ending.note,
                requested_by_id=ending.by,
            )
        )
