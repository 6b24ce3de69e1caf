"""Applying stored events again, because a person asks for it, and saying how that went."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from payments.models import InboxEvent
from payments.services.inbox import try_event
from payments.states import InboxState

MOST: Final = 100
"""So many events are replayed from one page; more of them by the command."""


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
        yield Replayed(event, f"{type(error).__name__}: {error}" if error else _why_not(event))


def _why_not(event: InboxEvent) -> str:
    if event.state == InboxState.DONE:
        return ""
    return event.last_error or "its provider was asked a moment ago; the next answer settles it"
