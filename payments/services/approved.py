"""What a shopper has agreed to, and the provider takes only once we ask for it."""

from __future__ import annotations

from orders.wake import wake
from payments.models import Attempt, Operation
from payments.models.operation import SUBMIT_TASK, new_capture_ref
from payments.services.holds import is_unwanted
from payments.states import AttemptStatus, OperationKind


def charge_approved(attempt: Attempt) -> None:
    """Owe its capture in the same transaction, also where nobody waits; a second call: no change.

    Rows are locked, the caller saves. It is captured as a hold is, whole and once. One that is
    being closed, or that nobody wants any more, is not charged.
    """
    if attempt.status != AttemptStatus.APPROVED or attempt.capture_asked:
        return
    if attempt.closing_at or is_unwanted(attempt):
        return
    _capture, fresh = Operation.objects.get_or_create(
        request_key=f"approved:{attempt.our_ref}",
        defaults={
            "attempt": attempt,
            "kind": OperationKind.CAPTURE,
            "our_ref": new_capture_ref(),
            "amount": attempt.amount,
            "reaches": attempt.amount,
            "final": True,
        },
    )
    if not fresh:
        return  # it was refused, and a person has been asked
    attempt.hold, attempt.capture_asked, attempt.capture_final = True, attempt.amount, True
    wake(SUBMIT_TASK)
