"""Which mail tells the shopper how a refund has ended."""

from __future__ import annotations

from typing import Final

from orders.emails import queue_mail
from payments.models import Operation
from payments.models.operation import DISPUTED
from payments.states import OperationStatus

MAILS: Final = {
    OperationStatus.SUCCEEDED: "refund",
    OperationStatus.REVERSED: "refund_returned",
    OperationStatus.FAILED: "refund_failed",
}


def tell_of_end(operation: Operation) -> None:
    """Owe the mail of a refund that has just ended; the order is locked.

    What a dispute has taken the bank decides about: nobody is told but who was promised a refund.
    """
    kind = MAILS[OperationStatus(operation.status)]
    if kind == "refund_failed" and operation.error_code == DISPUTED:
        if not operation.refund_id:
            return
        kind = "refund_disputed"
    queue_mail(
        order=operation.attempt.payment.order,
        kind=kind,
        subject_ref=operation.our_ref,
        context={"amount": operation.amount, "reason": operation.reason},
    )
