"""Everything that waits and everything that is stuck, as one report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from orders.clock import now
from orders.wake import last_runs
from payments.monitoring.broker import queue_lengths, queue_names
from payments.monitoring.late import LIMIT
from payments.monitoring.rows import Attention, Work, attention, work
from payments.queries import LONGEST_STAY
from payments.queues import NIGHTLY, ROUTES, SWEEPS

LONGEST_QUEUE: Final = 1000
"""More messages than this wait only where nobody reads the queue."""
SWEEP_LIMIT: Final = timedelta(minutes=5)
NIGHT_LIMIT: Final = timedelta(hours=26)
REVIEW_LIMIT: Final = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Report:
    """`queues` and `runs` hold None where nobody knows."""

    at: datetime
    work: list[Work]
    attention: Attention
    queues: dict[str, int | None]
    runs: dict[str, datetime | None]

    @property
    def problems(self) -> list[str]:
        """What is beyond its limit, each in a sentence that names it; empty: all is well."""
        return [*self._stuck(), *self._for_people(), *self._unread(), *self._idle()]

    def _stuck(self) -> Iterator[str]:
        for kind in self.work:
            if kind.stuck:
                yield (
                    f"{kind.name}: {kind.due} due, the first for {lasting(kind.late)} "
                    f"(limit {lasting(kind.limit)}); the task {kind.task} does not take them up"
                )

    def _for_people(self) -> Iterator[str]:
        asked = self.attention
        if asked.dead_events:
            yield f"webhook events: {asked.dead_events} given up; see why in the admin"
        yield from self._of_accounts()
        if asked.refused_reports:
            yield f"reports: {asked.refused_reports} fetched and refused; see why in the admin"
        if asked.unsent_mails:
            yield f"mails: {asked.unsent_mails} given up and never sent"
        if asked.oldest_review_at and self.at - asked.oldest_review_at > REVIEW_LIMIT:
            waits = lasting(self.at - asked.oldest_review_at)
            yield f"reviews: the oldest has been open for {waits} (limit {lasting(REVIEW_LIMIT)})"

    def _of_accounts(self) -> Iterator[str]:
        asked = self.attention
        for code, failures in asked.failing_feeds.items():
            yield (
                f"events of {code}: their list could not be read {failures} times in a row; "
                "see why in the log"
            )
        for code, last in asked.late_reports.items():
            came = f"the last is of {last}" if last else "none came yet"
            yield f"reports of {code}: {came} (limit {lasting(LIMIT)}); see why in the log"
        for code, count in asked.staying_cards.items():
            yield (
                f"saved cards of {code}: {count} removed and still kept by the provider "
                f"(limit {lasting(LONGEST_STAY)}); see why in the log"
            )

    def _unread(self) -> Iterator[str]:
        for name, length in self.queues.items():
            if length is not None and length > LONGEST_QUEUE:
                yield f"queue {name}: {length} messages; no worker listens to it"

    def _idle(self) -> Iterator[str]:
        for task, ran in self.runs.items():
            limit = _longest_rest(task)
            if ran and self.at - ran > limit:
                since = lasting(self.at - ran)
                yield f"task {task}: no run has ended for {since} (limit {lasting(limit)})"


def _longest_rest(task: str) -> timedelta:
    """How long a task may not have ended before somebody should look."""
    if task in NIGHTLY:
        return NIGHT_LIMIT
    return max(SWEEP_LIMIT, 3 * timedelta(seconds=SWEEPS.get(task, 0)))


def look() -> Report:
    """Fourteen statements, whatever has been sold, and a question to the broker and the cache."""
    return Report(
        at=now(),
        work=work(),
        attention=attention(),
        queues=queue_lengths(queue_names()),
        runs=last_runs(list(ROUTES)),
    )


def lasting(span: timedelta) -> str:
    """A length of time in its two largest units, such as "2 h 5 min"."""
    minutes, seconds = divmod(int(span.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    units = ((days, "d"), (hours, "h"), (minutes, "min"), (seconds, "s"))
    told = [f"{count} {unit}" for count, unit in units if count]
    return " ".join(told[:2]) or "0 s"
