"""Whose money came in: the order's, or the shopper's again."""

from __future__ import annotations

from orders.services.expire import revive_order
from orders.states import OrderState
from orders.wake import wake
from payments.models import Attempt, Operation
from payments.models.operation import SUBMIT_TASK
from payments.models.records import ReviewKind
from payments.services.reviews import open_review

REASON = "surplus"
"""The stored reason of a refund that nobody asked for; pages and mails put it into words."""


def claim_capture(attempt: Attempt, more: int) -> None:
    """Decide about `more` that an attempt has just captured; rows are locked, the caller saves.

    Money of an attempt the shopper has left, for a paid order or for a dead one is surplus and
    goes back by itself. An expired order takes the whole amount if its goods can still be had.
    """
    if not _belongs_to_order(attempt, more):
        attempt.surplus += more
        _give_back(attempt, more)
    elif attempt.captured != attempt.amount:
        came, asked = attempt.money(attempt.captured), attempt.money(attempt.amount)
        detail = f"captured {came}, asked for {asked}"
        open_review(
            ReviewKind.WRONG_AMOUNT, attempt.payment, subject=attempt.our_ref, detail=detail
        )


def _belongs_to_order(attempt: Attempt, more: int) -> bool:
    payment, order = attempt.payment, attempt.payment.order
    before = attempt.captured - more - attempt.surplus
    kept_by_others = payment.captured - payment.surplus - before
    if attempt.superseded_at or kept_by_others >= payment.amount or before == attempt.amount:
        return False
    if order.state == OrderState.EXPIRED:
        whole = attempt.captured == attempt.amount and not attempt.surplus  # none has gone back
        return whole and revive_order(order)
    return order.state != OrderState.CANCELLED


def _give_back(attempt: Attempt, amount: int) -> None:
    """Owe the refund in the same transaction; what a dispute holds, a person decides about."""
    free = attempt.captured - attempt.refunded + attempt.refund_reversed - attempt.refund_pending
    back = min(amount, free - attempt.disputed)
    if attempt.disputed:
        detail = f"surplus of {attempt.money(amount)} is disputed too"
        open_review(ReviewKind.SURPLUS, attempt.payment, subject=attempt.our_ref, detail=detail)
    if back <= 0:
        return
    Operation.objects.create(
        attempt=attempt,
        request_key=f"{REASON}:{attempt.our_ref}:{attempt.surplus}",
        amount=back,
        reason=REASON,
    )
    attempt.refund_pending += back
    wake(SUBMIT_TASK)
