"""When to ask a provider again: the table of polling as data, and the next moment. Pure."""

from __future__ import annotations

import enum
import random
from datetime import datetime, timedelta
from typing import Final

from payments.providers.capabilities import Flow
from payments.states import AttemptStatus

JITTER: Final = 0.2
"""Each wait is up to a fifth shorter or longer, so that a crowd does not come back at once."""


def _waits(*seconds: float) -> tuple[timedelta, ...]:
    return tuple(timedelta(seconds=s) for s in seconds)


_MINUTE, _HOUR = 60, 3600
_DAILY = (timedelta(days=1),)


class Case(enum.StrEnum):
    """Why we ask; each has its waits. `closed`: we had it closed, and its bank may pay it still."""

    REDIRECT = "redirect"
    QR = "qr"
    SLOW = "slow"
    UNKNOWN = "unknown"
    REFUND = "refund"
    CLOSED = "closed"


WAITS: Final[dict[Case, tuple[timedelta, ...]]] = {
    Case.REDIRECT: _waits(30, 60, 120, 300, 600, 1800, _HOUR, 3 * _HOUR, 6 * _HOUR, 12 * _HOUR)
    + _DAILY,
    Case.QR: _waits(5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800),
    Case.SLOW: _waits(_HOUR, 6 * _HOUR) + 14 * _DAILY,
    Case.UNKNOWN: _waits(10, 30, 2 * _MINUTE, 10 * _MINUTE, _HOUR, 6 * _HOUR) + 8 * _DAILY,
    Case.REFUND: _waits(_MINUTE, 10 * _MINUTE, _HOUR, 6 * _HOUR) + 14 * _DAILY,
    Case.CLOSED: _waits(_HOUR, 6 * _HOUR) + 3 * _DAILY,
}
CLOSED_BY_US: Final = frozenset({Case.REDIRECT, Case.QR})
"""Where the shopper has not acted by the end of the waits, we close the attempt ourselves."""

WITHOUT_MONEY: Final = frozenset(
    {AttemptStatus.VOIDED, AttemptStatus.EXPIRED, AttemptStatus.DECLINED}
)
"""How an attempt ends unpaid; it is asked about only where we had it closed."""

AFTER_CLOSING: Final = 7
"""So many days an attempt that will not close is asked about before a person is."""


WHILE_ACTING: Final[dict[Flow, Case]] = {
    Flow.REDIRECT: Case.REDIRECT,
    Flow.QR: Case.QR,
    Flow.SLOW: Case.REDIRECT,
    Flow.OFFLINE: Case.SLOW,
}
"""Which waits an attempt follows while the shopper may act."""

WHILE_PROCESSING: Final[dict[Flow, Case]] = {**WHILE_ACTING, Flow.SLOW: Case.SLOW}
"""And once the bank is at it."""


def case_of(status: AttemptStatus, flow: Flow) -> Case:
    """Which waits an attempt follows; one that gives no answer has its own, however it is paid."""
    if status in WITHOUT_MONEY:
        return Case.CLOSED
    if status == AttemptStatus.UNKNOWN:
        return Case.UNKNOWN
    return (WHILE_PROCESSING if status == AttemptStatus.PROCESSING else WHILE_ACTING)[flow]


def next_poll(
    case: Case, polls: int, *, at: datetime, action_ends: datetime | None = None
) -> datetime | None:
    """When to ask after `polls` questions; never past the end of what the shopper may do.

    None where the waits are used up: from there on a person decides, never the clock, and of what
    was closed an event has to tell.
    """
    waits = WAITS[case]
    if case in CLOSED_BY_US:
        waits += AFTER_CLOSING * _DAILY
    if polls >= len(waits):
        return None
    moment = at + waits[polls] * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311  # no secret
    if action_ends and at < action_ends < moment:
        return action_ends
    return moment


def time_to_close(case: Case, polls: int) -> bool:
    """Whether the shopper had all the time there is, so that we close instead of asking."""
    return case in CLOSED_BY_US and polls > len(WAITS[case])


RETRIES: Final = _waits(5, 30, 2 * _MINUTE, 10 * _MINUTE, _HOUR, 6 * _HOUR, 24 * _HOUR)
"""The pauses after each failed try of a webhook event; the try after the last one is the last."""

PARKED_FOR: Final = timedelta(hours=72)
"""How long an event waits for a payment that fits."""


def next_look(received: datetime, *, at: datetime) -> datetime | None:
    """When to look again at an event that fits no payment: the older, the more rarely.

    Soon at first, since it may only have overtaken the answer to the creation of its payment. None
    where its time is over.
    """
    end = received + PARKED_FOR
    return None if at >= end else min(end, at + max(timedelta(seconds=5), (at - received) / 4))


def next_removal(removed: datetime, *, at: datetime) -> datetime:
    """When to tell a provider again of a removed card: after twice the time each, then daily.

    There is no last time: only its provider can let it go.
    """
    return at + min(timedelta(days=1), max(timedelta(minutes=10), at - removed))


REMINDERS: Final = (timedelta(hours=72), timedelta(hours=24))
"""So long before evidence is due staff are told, each time once."""


def first_reminder(due: datetime | None) -> datetime | None:
    """When to remind of evidence that is due then; a moment that is over means at once."""
    return due - REMINDERS[0] if due else None


def next_reminder(due: datetime, *, at: datetime) -> datetime | None:
    """When to remind again after `at`; None once all was said."""
    return _before(due, REMINDERS, at)


LAST_TRIES: Final = _waits(2 * _HOUR, 10 * _MINUTE)
"""So long before evidence is due it is sent once more, however long the table would wait."""
PATIENCE: Final = timedelta(hours=1)
"""How long evidence may fail to get through before people hear of it."""


def next_sending(tries: int, due: datetime | None, *, at: datetime) -> datetime | None:
    """When to send evidence again after `tries` without an answer; None where none is left."""
    last = _before(due, LAST_TRIES, at) if due else None
    return next_poll(Case.UNKNOWN, tries, at=at, action_ends=last)


def is_pressing(due: datetime | None, *, again: datetime, since: datetime, at: datetime) -> bool:
    """Whether evidence that is sent `again` then may come too late, or has failed for long."""
    is_last = due is not None and again >= due - LAST_TRIES[0]
    return is_last or at - since >= PATIENCE


def _before(due: datetime, waits: tuple[timedelta, ...], at: datetime) -> datetime | None:
    """The first moment after `at` that is so long before it is due."""
    return min((due - wait for wait in waits if due - wait > at), default=None)
