"""The sender: a few threads that deliver what the book says is due."""

import logging
from collections import Counter
from threading import Lock, Thread

from django.db import DatabaseError, connections
from django.utils import timezone

from payments.sandbox.book import writing
from payments.sandbox.models import Event
from payments.sandbox.webhooks.bell import BELL
from payments.sandbox.webhooks.post import Result, post
from payments.sandbox.webhooks.retries import next_try

THREADS = 4
PER_MERCHANT = 2
LONGEST_WAIT = 30.0
AFTER_TROUBLE = 1.0

log = logging.getLogger("payments.sandbox.webhooks")


class Sender:
    """Delivers events from the book of this process; only rows under way are held in memory."""

    def __init__(self) -> None:
        self._stopping = False
        self._choosing = Lock()
        self._under_way: dict[int, int] = {}
        self._threads = [
            Thread(target=self._run, name=f"webhooks-{number}", daemon=True)
            for number in range(THREADS)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Take nothing new; a delivery cut off here is sent again by the next process."""
        self._stopping = True
        BELL.ring_all()
        for thread in self._threads:
            thread.join(timeout=1)

    def _run(self) -> None:
        while not self._stopping:
            try:
                self._deliver_or_wait()
            except DatabaseError:
                log.exception("The bank's book is out of reach")
                connections.close_all()
                BELL.wait(since=BELL.rings, seconds=AFTER_TROUBLE)
        connections.close_all()

    def _deliver_or_wait(self) -> None:
        since = BELL.rings
        event, seconds = self._choose()
        if event is None:
            BELL.wait(since=since, seconds=seconds)
            return
        try:
            _deliver(event)
        finally:
            with self._choosing:
                del self._under_way[event.pk]

    def _choose(self) -> tuple[Event | None, float]:
        """Choose the event to send now, else the seconds until the next one is due."""
        with self._choosing:
            event, seconds = self._next_due()
            if event is not None:
                self._under_way[event.pk] = event.merchant_id
            return event, seconds

    def _next_due(self) -> tuple[Event | None, float]:
        busy = Counter(self._under_way.values())
        full = [merchant for merchant, count in busy.items() if count >= PER_MERCHANT]
        first = self._first_waiting(full)
        if first is None or first.next_try_at is None:
            return None, LONGEST_WAIT
        seconds = (first.next_try_at - timezone.now()).total_seconds()
        if seconds > 0:
            return None, min(seconds, LONGEST_WAIT)
        if first.merchant_id in busy:
            # A merchant with nothing under way goes first, whatever backlog another has.
            other = self._first_waiting(list(busy))
            if other and other.next_try_at and other.next_try_at <= timezone.now():
                return other, 0.0
        return first, 0.0

    def _first_waiting(self, without: list[int]) -> Event | None:
        waiting = Event.objects.filter(next_try_at__isnull=False).select_related("merchant")
        if self._under_way:
            waiting = waiting.exclude(pk__in=list(self._under_way))
        if without:
            waiting = waiting.exclude(merchant_id__in=without)
        return waiting.order_by("next_try_at").first()


def _deliver(event: Event) -> None:
    merchant = event.merchant
    result = post(
        url=merchant.webhook_url, secret=merchant.webhook_secret, body=event.body.encode()
    )
    record(event, result)


def record(event: Event, result: Result) -> None:
    """Write what became of a try."""
    now = timezone.now()
    tries = event.tries + 1
    copies = event.copies - 1 if result.acknowledged else event.copies
    again = now if copies else None
    if not result.acknowledged:
        again = next_try(created=event.created_at, tries=tries, now=now)
    with writing():
        Event.objects.filter(pk=event.pk).update(
            tries=tries,
            copies=copies,
            last_result=result.said,
            delivered_at=now if result.acknowledged else event.delivered_at,
            next_try_at=again,
        )
