"""Giving up an order that a review is about: everything goes back."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from orders.states import OrderState
from payments.errors import ReviewRefused
from payments.models import Attempt, Operation, Review
from payments.services.cancel import cancel_locked, close_attempts
from payments.services.ending import Case, Ending, end, ended_before, lock_case
from payments.services.refund import owe_refund, tell_asked

LIVING = frozenset({OrderState.OPEN, OrderState.CONFIRMED})


def can_give_back(case: Case) -> bool:
    """Whether there is an order to cancel, or money of one that has ended.

    A question about one refund is no reason to give up the order, and of one that is completed the
    goods are out: what of it goes back is refunded by who may, and approved where it has to be.
    """
    state = case.payment.order.state
    if case.operation or state == OrderState.COMPLETED:
        return False
    return state in LIVING or any(attempt.refundable.amount for attempt in case.attempts)


def give_back(ending: Ending) -> bool:
    """Cancel the order and refund what was paid; no transaction is open.

    Whether the review is still open is decided under the lock, in the transaction that cancels.
    False where this was done before; raises PaymentError, and then nothing has changed.
    """
    if ended_before(ending):
        return False
    payment = Review.objects.select_related("payment__order").get(pk=ending.review_id).payment
    if payment.order.state in LIVING:
        close_attempts(payment.order)
    with transaction.atomic(durable=True):
        case = lock_case(ending)
        if ended_before(ending):
            return False
        if not can_give_back(case):
            raise ReviewRefused(_("nothing can be given back now: it is gone, or disputed"))
        _give_up(case, ending)
        end(ending)
    return True


def _give_up(case: Case, ending: Ending) -> None:
    if case.payment.order.state in LIVING:
        cancel_locked(
            case.payment,
            case.attempts,
            actor=ending.actor,
            reason=ending.note,
            requested_by=ending.by,
        )
        return
    for attempt in case.attempts:
        _refund(attempt, ending)


def _refund(attempt: Attempt, ending: Ending) -> None:
    """Ask back what is here of an order that had ended before."""
    if not attempt.refundable.amount:
        return
    refund = Operation(
        attempt=attempt,
        request_key=f"review:{ending.key}:{attempt.our_ref}",
        amount=attempt.refundable.amount,
        reason=ending.note,
        requested_by_id=ending.by,
    )
    owe_refund(refund)
    tell_asked(attempt.payment.order, subject=refund.our_ref, amount=refund.amount)
