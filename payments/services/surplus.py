"""Whose money came in: the order's, or the shopper's again."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import F
from django.utils.translation import gettext_noop

from orders.clock import now
from orders.services.expire import revive_order
from orders.states import OrderState
from orders.wake import wake
from payments.models import Attempt, Operation, Review
from payments.models.operation import DISPUTED, SUBMIT_TASK, UNSENT
from payments.models.records import ReviewKind
from payments.services.reviews import end_review, open_review
from payments.states import OperationKind, OperationStatus

REASON = "surplus"
"""The stored reason of a refund that nobody asked for; pages and mails put it into words."""

LEFT: Final = gettext_noop("surplus of %(surplus)s, %(free)s can still be given back")


def claim_capture(attempt: Attempt, *, captured_before: int) -> None:
    """Decide whose money has just been captured; rows are locked, the caller saves.

    What an attempt the shopper has left, a paid order or a dead one gets is surplus, and so is
    what goes beyond the amount asked for: it goes back by itself. An expired order takes the
    whole amount if its goods can still be had. Less than was asked for, a person looks at. Only
    the total decides, so that it does not matter in how many steps it was seen. What cancelling
    or a person has asked back of it before is not owed once more.
    """
    payment, had = attempt.payment, captured_before - attempt.surplus
    asked_back = _asked_back(attempt) if captured_before else 0
    paid = kept_by_others(attempt, mine=had) >= payment.amount
    kept = 0 if paid or _was_given_up(attempt, asked_back) else _kept(attempt)
    more = attempt.captured - kept - attempt.surplus
    if more > 0:
        attempt.surplus += more
        lost = max(0, had - kept)
        _give_back(attempt, more - (lost if _is_cancelled(attempt) else min(lost, asked_back)))
    if attempt.surplus == 0 and _is_wrong(attempt):
        open_review(
            ReviewKind.WRONG_AMOUNT,
            payment,
            subject=attempt.our_ref,
            detail=gettext_noop("captured %(came)s, asked for %(asked)s"),
            facts={
                "came": attempt.money(attempt.captured),
                "asked": attempt.money(_asked(attempt)),
            },
        )
    elif captured_before and not attempt.hold:
        end_review(ReviewKind.WRONG_AMOUNT, payment, subject=attempt.our_ref)


def kept_by_others(attempt: Attempt, *, mine: int) -> int:
    """What the order has of the money of other attempts; what went back of a part it has not.

    `mine`: how much of the payment's sums, which are those from before this sight, is its own.
    """
    payment = attempt.payment
    kept = payment.captured - payment.surplus - mine
    if kept >= payment.amount and payment.order.state == OrderState.OPEN:
        kept -= sum(each.accepted - each.part for each in payment.attempts.exclude(pk=attempt.pk))
    return kept


def _asked(attempt: Attempt) -> int:
    return attempt.capture_asked if attempt.hold else attempt.amount


def _is_wrong(attempt: Attempt) -> bool:
    """Whether another amount came than we asked for; captures of a hold may come one by one."""
    if attempt.hold:
        return attempt.captured > attempt.capture_asked
    return attempt.captured < attempt.wanted


def _is_cancelled(attempt: Attempt) -> bool:
    state: str = attempt.payment.order.state
    return state == OrderState.CANCELLED


def _asked_back(attempt: Attempt) -> int:
    """What people have asked to be given back of it and agreed to, whatever became of that.

    What failed and was asked for again is asked for once.
    """
    ours = attempt.operations.filter(kind=OperationKind.REFUND, external=False)
    ours = ours.exclude(refund=None, reason=REASON).exclude(status__in=UNSENT)
    return sum({each.refund_id or each.our_ref: each.amount for each in ours}.values())


def _was_given_up(attempt: Attempt, asked_back: int) -> bool:
    """Whether its money was asked back before it confirmed the order: no more of it is wanted."""
    waits = attempt.payment.order.state in {OrderState.OPEN, OrderState.EXPIRED}
    return waits and asked_back > 0 and not attempt.accepted


def _kept(attempt: Attempt) -> int:
    """How much of what was captured belongs to the order, where nobody else has paid it.

    An expired order is not revived by money of which some is going back already.
    """
    order = attempt.payment.order
    if attempt.superseded_at or _is_cancelled(attempt):
        return 0
    whole = attempt.captured >= attempt.wanted
    if order.state == OrderState.EXPIRED and whole and (attempt.surplus or not revive_order(order)):
        return 0
    return min(attempt.captured, attempt.wanted)


def _give_back(attempt: Attempt, amount: int) -> None:
    """Owe the refund in the same transaction; what cannot go back whole, a person decides about.

    Refunds and disputes may have taken some of it. Giving back the rest would make it matter
    whether they were seen before this capture or after. So would one refund for each step that
    was seen: what no worker has sent yet grows, or is not sent, and what comes after a question
    is a part of it.
    """
    if not amount:
        return
    waiting = _unsent(attempt)
    free = attempt.refundable
    if free.amount < amount or _is_questioned(attempt):
        if waiting:
            _take_back(attempt, waiting)
        open_review(
            ReviewKind.SURPLUS,
            attempt.payment,
            subject=attempt.our_ref,
            detail=LEFT,
            facts={"surplus": attempt.money(amount), "free": free},
        )
        return
    attempt.refund_pending += amount
    if waiting and _is_mine(waiting, amount=F("amount") + amount):
        return
    Operation.objects.create(
        attempt=attempt,
        request_key=f"{REASON}:{attempt.our_ref}:{attempt.surplus}",
        amount=amount,
        reason=REASON,
    )
    wake(SUBMIT_TASK)


def _is_questioned(attempt: Attempt) -> bool:
    """Whether a person has to decide about the surplus that came before."""
    asked = Review.objects.filter(kind=ReviewKind.SURPLUS, payment=attempt.payment, detail=LEFT)
    return asked.filter(subject_ref=attempt.our_ref, resolved_at=None).exists()


def _unsent(attempt: Attempt) -> Operation | None:
    """The refund of surplus that was owed before and that no worker has taken up."""
    owed = attempt.operations.filter(request_key__startswith=f"{REASON}:", first_sent_at=None)
    return owed.filter(status=OperationStatus.REQUESTED).first()


def _take_back(attempt: Attempt, waiting: Operation) -> None:
    """End it as a worker would who finds that a part of its money is gone."""
    failed = {"status": OperationStatus.FAILED, "error_code": DISPUTED}
    if _is_mine(waiting, **failed, settled_at=now(), next_run_at=None):
        attempt.refund_pending -= waiting.amount


def _is_mine(waiting: Operation, **changes: Any) -> bool:
    """Change it, unless a worker has taken it up meanwhile, who locks nothing."""
    unsent = Operation.objects.filter(pk=waiting.pk, first_sent_at=None)
    return unsent.filter(status=OperationStatus.REQUESTED).update(**changes) == 1
