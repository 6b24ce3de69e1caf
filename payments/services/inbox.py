"""The durable inbox: store first, answer, then work."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from orders.clock import now
from orders.wake import wake
from payments.conf import payment_settings
from payments.models import Attempt, InboxEvent, ProviderAccount, ProviderObject
from payments.models.inbox import AGAIN
from payments.providers.base import RawRequest, WebhookEvent
from payments.registry import provider_for
from payments.services.apply import apply_outcome
from payments.services.ask import query
from payments.states import InboxState

BATCH = 100
TASK = "payments.drain_inbox"
BACK_OFF = [timedelta(seconds=s) for s in (5, 30, 120, 600, 3600, 6 * 3600, 24 * 3600)]
PARKED_FOR = timedelta(hours=72)
PARKED_AGAIN = timedelta(minutes=2)


def receive(*, account: ProviderAccount, event: WebhookEvent, raw: RawRequest) -> None:
    """Store one verified event and wake a worker. A repeat of a done event changes nothing."""
    row = InboxEvent(
        account=account,
        event_id=event.event_id,
        kind=event.kind,
        body=raw.body,
        headers=_kept_headers(raw.headers),
    )
    with _committed():
        waits = row.store()
    if waits:
        wake(TASK)


def _committed() -> AbstractContextManager[object]:
    """One statement commits by itself; a transaction around it is refused, as durable does."""
    return nullcontext() if transaction.get_autocommit() else transaction.atomic(durable=True)


def _kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """What an investigation needs; never a cookie or an authorization."""
    return {name: headers[name] for name in ("content-type", "user-agent") if name in headers}


def drain_inbox() -> int:
    """Apply up to a hundred due events; returns how many were looked at.

    An event that raises is put back with its back-off before the error goes on to the log; the
    others are due again at once.
    """
    claimed = _claim_due()
    if len(claimed) == BATCH:
        wake(TASK)  # another worker begins with the rest meanwhile
    for number, event in enumerate(claimed, start=1):
        try:
            apply_event(event)
        except Exception as error:  # whatever it is, the row must not be tried without a pause
            rest = [later.pk for later in claimed[number:]]
            InboxEvent.objects.filter(pk__in=rest).update(next_run_at=now())
            put_back(event.pk, error)
            wake(TASK)
            raise
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


def apply_event(event: InboxEvent) -> None:
    """Apply one stored event; the outcome and `done` commit together. A second call: no change."""
    told = provider_for(event.account).read_event(
        RawRequest(body=bytes(event.body), headers=event.headers), event.event_id
    )
    attempt_id = _attempt_of(event.account, told)
    if attempt_id is None:
        _park(event)
        return
    outcome = told.outcome or query(Attempt.objects.select_related("account").get(pk=attempt_id))
    with transaction.atomic(durable=True):
        apply_outcome(attempt_id=attempt_id, outcome=outcome, source="webhook")
        InboxEvent.objects.filter(pk=event.pk, state__in=AGAIN).update(
            state=InboxState.DONE,
            attempt_id=attempt_id,
            done_at=now(),
            next_run_at=None,
            last_error="",
        )


def _attempt_of(account: ProviderAccount, told: WebhookEvent) -> int | None:
    """The attempt an event is about: by our reference, else by any id the provider names."""
    attempts = Attempt.objects.filter(account=account)
    by_ref = attempts.filter(our_ref=told.our_ref).values_list("pk", flat=True)
    if told.our_ref and (attempt_id := by_ref.first()):
        return attempt_id
    named = Q(pk__in=())
    for seen in told.objects:
        named |= Q(kind=seen.kind, object_id=seen.id)
    known = ProviderObject.objects.filter(named, account=account)
    return known.values_list("attempt_id", flat=True).first()


def _park(event: InboxEvent) -> None:
    """Nothing of ours is meant yet: look again for three days, then give up."""
    late = event.received_at + PARKED_FOR < now()
    InboxEvent.objects.filter(pk=event.pk, state__in=AGAIN).update(
        state=InboxState.DEAD if late else InboxState.PARKED,
        next_run_at=None if late else now() + PARKED_AGAIN,
        last_error="no payment of ours has this reference",
    )


def put_back(event_id: int, error: Exception) -> None:
    """Count a failed try and set the next; after the last the event is dead and staff see it."""
    event = InboxEvent.objects.get(pk=event_id)
    over = event.tries >= len(BACK_OFF)
    InboxEvent.objects.filter(pk=event_id).exclude(state=InboxState.DONE).update(
        tries=event.tries + 1,
        state=InboxState.DEAD if over else event.state,
        next_run_at=None if over else now() + BACK_OFF[event.tries],
        last_error=f"{type(error).__name__}: {error}"[:200],
    )
