"""Whether an attempt has the money for what is on its way back."""

from __future__ import annotations

from django.db.models import Sum

from payments.models import Attempt
from payments.states import OperationStatus


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
