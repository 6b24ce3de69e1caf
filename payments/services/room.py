"""What an attempt has of the money that is on its way back, or that should be."""

from __future__ import annotations

from django.db.models import Sum

from payments.models import Attempt
from payments.states import OperationStatus


def surplus_left(attempt: Attempt) -> int:
    """What of the surplus has neither gone back nor is on its way, by whichever refund."""
    return max(0, attempt.surplus - attempt.net_refunded - attempt.refund_pending)


def is_overdrawn(attempt: Attempt) -> bool:
    """Whether more is gone, disputed or asked back than came; what nobody approved does not count.

    Else a refund that waits for its approval would keep back those that need none.
    """
    taken = attempt.net_refunded + attempt.refund_pending + attempt.disputed
    if taken <= attempt.captured:
        return False
    waiting = attempt.operations.filter(status=OperationStatus.AWAITING_APPROVAL)
    unapproved = waiting.aggregate(sum=Sum("amount"))["sum"] or 0
    return taken - unapproved > attempt.captured
