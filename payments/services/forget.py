"""What is kept of a webhook when nobody looks back so far any more: that it came, and no more."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from orders.clock import now
from payments.conf import payment_settings
from payments.models import InboxEvent, ParkedReference, Refusal
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
