"""What is kept of others once nobody looks back so far any more: that it came, and no more.

Of a webhook its key; of a movement on our bank account that is no payout its day and amount.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from orders.clock import now
from payments.conf import payment_settings
from payments.models import BankLine, Discrepancy, InboxEvent, ParkedReference, Refusal
from payments.models.discrepancy import DiscrepancyKind, DiscrepancyState
from payments.models.inbox import SETTLED
from payments.states import InboxState

TASK: Final = "payments.forget_bodies"
BATCH: Final = 1000


def forget_bodies() -> int:
    """Empty the bodies of settled events past their time; returns how many. Twice: no change.

    The keys stay, so that a repeat is known for ever; what still waits keeps its body. Forgeries,
    which came in before they could be verified, and the counts of refusals go altogether.
    """
    before = now() - timedelta(days=payment_settings().body_days)
    Refusal.objects.filter(day__lt=before.date()).delete()
    ParkedReference.objects.filter(event__state__in=SETTLED).delete()
    old = InboxEvent.objects.filter(
        state__in=SETTLED, forgotten_at__isnull=True, received_at__lt=before
    )
    old.filter(state=InboxState.IGNORED, deferred=True).delete()
    forgotten = 0
    while batch := list(old.order_by("received_at").values_list("pk", flat=True)[:BATCH]):
        # Asked again: a repeat may have queued one meanwhile.
        forgotten += old.filter(pk__in=batch).update(body=b"", headers={}, forgotten_at=now())
    return forgotten


def forget_movements() -> int:
    """Empty the words of bank lines that are no payout of ours, once their file is old enough.

    Such lines name who was paid a salary, and those of any file that could not be read may name
    who bought: once settled, what they say goes too. Returns how many bank lines; twice: no change.
    """
    before = now() - timedelta(days=payment_settings().body_days)
    unread = Discrepancy.objects.filter(kind=DiscrepancyKind.UNPARSEABLE_LINE)
    settled = unread.filter(state=DiscrepancyState.RESOLVED, file__ended_at__lt=before)
    settled.exclude(detail="").update(detail="", facts={})
    old = BankLine.objects.filter(payout=None, file__ended_at__lt=before)
    old = old.exclude(reference="", text="")
    forgotten = 0
    while batch := list(old.values_list("pk", flat=True)[:BATCH]):
        # Asked again: a late payout may have been found in one meanwhile.
        lines = BankLine.objects.filter(pk__in=batch, payout=None)
        forgotten += lines.update(reference="", text="")
    return forgotten
