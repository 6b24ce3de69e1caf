"""Applying stored events again, because a person asks for it, and saying how that went."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from orders.clock import now
from payments.errors import NothingToReplay
from payments.models import InboxEvent, ProviderAccount
from payments.models.inbox import REPLAYABLE
from payments.services.inbox import named, try_event
from payments.states import InboxState

MOST: Final = 100
"""So many events are replayed from one page; more of them by the command."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events: all that fit every condition named. Without a state, those of any."""

    account: str = ""
    since: datetime | None = None
    until: datetime | None = None
    state: str = ""
    event_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of one event; `why` it is not done, "" where it is."""

    event: InboxEvent
    why: str

    @property
    def done(self) -> bool:
        return not self.why


def replay(events: Iterable[InboxEvent]) -> Iterator[Replayed]:
    """Apply each event now, whatever its back-off; one that fails does not keep the next waiting.

    With no transaction open, since an event may ask the provider. What is done already stays as it
    is: facts are booked once, however often they are applied, also beside a worker that does.
    """
    for event in events:
        error = try_event(event)
        event.refresh_from_db(fields=["state", "last_error", "tries", "next_run_at"])
        yield Replayed(event, named(error) if error else _why_not(event))


def _why_not(event: InboxEvent) -> str:
    if event.state == InboxState.DONE:
        return ""
    return event.last_error or _("the provider was asked a moment ago; its next answer settles it")


def one_by_one(events: QuerySet[InboxEvent]) -> Iterator[InboxEvent]:
    """The events of `choose`, a few in memory at a time, while they are being changed."""
    last = 0
    while batch := list(events.filter(pk__gt=last)[:MOST]):
        yield from batch
        last = batch[-1].pk


def choose(wanted: Wanted) -> QuerySet[InboxEvent]:
    """The events that are wanted, oldest first; raises NothingToReplay and says why."""
    _refuse_nonsense(wanted)
    events = InboxEvent.objects.filter(state__in=[wanted.state] if wanted.state else REPLAYABLE)
    if wanted.account:
        events = events.filter(account__code=wanted.account)
    if wanted.since:
        events = events.filter(received_at__gte=wanted.since)
    if wanted.until:
        events = events.filter(received_at__lt=wanted.until)
    if wanted.event_ids:
        events = events.filter(event_id__in=wanted.event_ids)
        _refuse_unknown(wanted.event_ids, events)
    if not events.exists():
        raise NothingToReplay("no event fits what was asked for")
    return events.select_related("account").order_by("pk")


def _refuse_nonsense(wanted: Wanted) -> None:
    known = set(ProviderAccount.objects.values_list("code", flat=True)) if wanted.account else set()
    if wanted.account and wanted.account not in known:
        there = ", ".join(sorted(known)) or "none yet"
        raise NothingToReplay(f"no account {wanted.account!r}; there are: {there}")
    for moment in filter(None, (wanted.since, wanted.until)):
        if moment > now():
            raise NothingToReplay(f"{moment:%Y-%m-%d %H:%M %Z} is in the future")
    if wanted.since and wanted.until and wanted.until <= wanted.since:
        raise NothingToReplay("the end is not after the beginning")


def _refuse_unknown(asked: Iterable[str], events: QuerySet[InboxEvent]) -> None:
    found = set(events.values_list("event_id", flat=True))
    if unknown := [event_id for event_id in asked if event_id not in found]:
        raise NothingToReplay(f"no event that fits is called {', '.join(unknown)}")
