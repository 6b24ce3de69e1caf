"""The durable inbox: what was stored is worked off, each event until it is done or dead."""

from __future__ import annotations

import logging
from typing import Final

from orders.clock import now
from orders.errors import Unforeseen
from orders.wake import wake
from payments.conf import payment_settings
from payments.errors import PaymentError
from payments.models import InboxEvent
from payments.models.inbox import DRAIN_TASK
from payments.providers.errors import ProviderError
from payments.schedule import RETRIES
from payments.services.deferred import verify_and_store
from payments.services.told import apply_event
from payments.states import InboxState

logger = logging.getLogger("till.inbox")
BATCH = 100
FORESEEN: Final = (ProviderError, PaymentError)


def drain_inbox() -> int:
    """Apply up to a hundred due events; returns how many were looked at.

    An event that cannot be applied is put back with its back-off, and the others are applied; an
    error that nobody foresaw goes on to the log after them.
    """
    claimed = _claim_due()
    if len(claimed) == BATCH:
        wake(DRAIN_TASK)  # another worker begins with the rest meanwhile
    unforeseen: Exception | None = None
    for event in claimed:
        error = try_event(event)
        if error and not isinstance(error, FORESEEN):
            unforeseen = unforeseen or error
    if unforeseen:
        raise Unforeseen.of(unforeseen) from None
    return len(claimed)


def _claim_due() -> list[InboxEvent]:
    """Take what is due, each event by one worker; from a worker that dies it is due again later."""
    moment = now()
    due = InboxEvent.objects.filter(next_run_at__lte=moment).select_related("account")
    events = list(due.order_by("pk")[:BATCH])
    if not events:
        return []
    until = now() + 5 * payment_settings().lease
    mine = InboxEvent.objects.filter(
        pk__in=[event.pk for event in events], next_run_at__lte=moment
    ).update(next_run_at=until)
    if mine == len(events):
        return events
    # Another worker was as quick: the moment says whose each one is.
    claimed = set(InboxEvent.objects.filter(next_run_at=until).values_list("pk", flat=True))
    return [event for event in events if event.pk in claimed]


def try_event(event: InboxEvent) -> Exception | None:
    """Apply an event, or put it back and return why that failed. A second call: no change."""
    try:
        if event.deferred:
            verify_and_store(event)
        else:
            apply_event(event)
    except Exception as error:  # noqa: BLE001  # returned: the caller raises it or shows it
        logger.warning("event %s is put back: %s", event.pk, type(error).__name__)
        put_back(event.pk, error)
        return error
    return None


def put_back(event_id: int, error: Exception) -> None:
    """Count a failed try and set the next; after the last the event is dead and staff are told."""
    event = InboxEvent.objects.get(pk=event_id)
    over = event.state == InboxState.DEAD or event.tries >= len(RETRIES)
    InboxEvent.objects.filter(pk=event_id).exclude(state=InboxState.DONE).update(
        tries=event.tries + 1,
        state=InboxState.DEAD if over else event.state,
        next_run_at=None if over else now() + RETRIES[event.tries],
        last_error=named(error),
    )


def named(error: Exception) -> str:
    """What staff read of an error; of one that is not ours only its name.

    Its text may quote a row or a body, which not everybody who sees the event may see.
    """
    name = type(error).__name__
    return f"{name}: {error}"[:200] if isinstance(error, FORESEEN) else name
