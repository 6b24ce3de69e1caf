"""Ending the voids of an attempt that has ended."""

from __future__ import annotations

from orders.clock import now
from payments.models import Attempt, Operation
from payments.states import IN_FLIGHT, UNSETTLED, AttemptStatus, OperationKind, OperationStatus


def settle_void(attempt: Attempt) -> None:
    """End its void: well where the attempt is closed, in vain where money came; rows are locked."""
    if attempt.closing_at is None or attempt.status in IN_FLIGHT:
        return
    money = attempt.status in {AttemptStatus.CAPTURED, AttemptStatus.AUTHORIZED}
    voids = Operation.objects.filter(attempt=attempt, kind=OperationKind.VOID, status__in=UNSETTLED)
    voids.update(
        status=OperationStatus.FAILED if money else OperationStatus.SUCCEEDED,
        settled_at=now(),
        next_run_at=None,
    )
