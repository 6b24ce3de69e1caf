"""Ending the voids of an attempt that has ended."""

from __future__ import annotations

from orders.clock import now
from payments.models import Attempt, Operation
from payments.services.holds import is_unwanted
from payments.services.reviews import end_question
from payments.states import IN_FLIGHT, UNSETTLED, AttemptStatus, OperationKind, OperationStatus


def settle_void(attempt: Attempt) -> None:
    """End its voids: well where the attempt is closed, in vain where money came that is wanted.

    Rows are locked, the caller saves. A hold that is to be released keeps its void until it is.
    """
    if attempt.closing_at is None or attempt.status in IN_FLIGHT:
        return
    authorized = attempt.status == AttemptStatus.AUTHORIZED
    if (authorized or attempt.held) and is_unwanted(attempt):
        return
    in_vain = authorized or (attempt.status == AttemptStatus.CAPTURED and not attempt.released)
    voids = Operation.objects.filter(attempt=attempt, kind=OperationKind.VOID, status__in=UNSETTLED)
    for given_up in voids.filter(next_run_at=None):
        end_question(given_up)
    voids.update(
        status=OperationStatus.FAILED if in_vain else OperationStatus.SUCCEEDED,
        settled_at=now(),
        next_run_at=None,
    )
    if attempt.held or authorized:
        attempt.closing_at = None  # the shopper paid after all, and the order takes it
