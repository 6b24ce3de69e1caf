"""Ending the capture that is under way, by what a provider says of it."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from orders.clock import now
from payments.models import Attempt, Operation
from payments.models.records import ReviewKind
from payments.providers.base import Failure, Outcome
from payments.services.reviews import end_question, open_review
from payments.sights import WHY
from payments.states import UNSETTLED, OperationKind, OperationStatus


def settle_capture(attempt: Attempt, outcome: Outcome) -> None:
    """End it once it is known what it took; rows are locked, the caller saves.

    That is once its total is reached, once the provider names it, or once nothing is held any more
    and the shopper's approval has ended.
    """
    capture = _under_way(attempt) if attempt.capture_asked else None
    if capture is None:
        return
    named = any(seen.our_ref == capture.our_ref for seen in outcome.captures)
    came = _came(attempt, capture)
    if came >= capture.amount:
        _settle(capture, OperationStatus.SUCCEEDED)
    elif (named and came > 0) or not (attempt.held or attempt.in_flight):
        _end(attempt, capture, Failure("hold_gone"))


def refuse_capture(attempt: Attempt, capture_id: int, why: Failure) -> None:
    """End a capture that the provider refuses, unless it was told of meanwhile; as above."""
    capture = _under_way(attempt)
    if capture and capture.pk == capture_id:
        _end(attempt, capture, why)


def _under_way(attempt: Attempt) -> Operation | None:
    return attempt.operations.filter(kind=OperationKind.CAPTURE, status__in=UNSETTLED).first()


def _came(attempt: Attempt, capture: Operation) -> int:
    """What it has taken, since there is one at a time: all that came after it was asked for."""
    return attempt.captured - ((capture.reaches or 0) - capture.amount)


def _end(attempt: Attempt, capture: Operation, why: Failure) -> None:
    """No more will come of it: it took less than was asked, or nothing. A person decides what now.

    What it did not take is no longer asked for, so that what is held still can be captured.
    """
    came, asked = _came(attempt, capture), capture.amount
    attempt.capture_asked -= asked - max(0, came)
    attempt.capture_final = False
    if came > 0:
        capture.amount, capture.reaches = came, attempt.captured
        _settle(capture, OperationStatus.SUCCEEDED)
        open_review(
            ReviewKind.WRONG_AMOUNT,
            attempt.payment,
            subject=attempt.our_ref,
            detail=gettext_noop("%(capture)s took %(came)s of %(asked)s"),
            facts={
                "capture": capture.our_ref,
                "came": attempt.money(came),
                "asked": attempt.money(asked),
            },
        )
    else:
        capture.error_code, capture.error_raw = why.code, why.raw[:80]
        _settle(capture, OperationStatus.FAILED)
        open_review(
            ReviewKind.CAPTURE_FAILED,
            attempt.payment,
            subject=capture.our_ref,
            detail=WHY,
            facts={"amount": attempt.money(asked), "why": why},
        )


def _settle(capture: Operation, status: OperationStatus) -> None:
    end_question(capture)
    capture.status, capture.settled_at, capture.next_run_at = status, now(), None
    capture.save(
        update_fields=[
            *("status", "settled_at", "next_run_at", "amount", "reaches"),
            *("error_code", "error_raw"),
        ]
    )
