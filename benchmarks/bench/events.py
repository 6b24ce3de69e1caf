"""How many events the worker applies in a second, beside tasks that do nothing.

Both lie in the queue before the worker runs: one message for each event, as its webhook sends it.
Import it with Django set up.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import redis
from celery import current_app

from benchmarks.bench.attempts import open_one
from benchmarks.bench.hooks import Hook
from benchmarks.bench.inhabit import QUEUES, all_is_done
from benchmarks.bench.rounds import Scene
from benchmarks.bench.stage import StageError, until
from benchmarks.bench.tasks import NOTHING
from config.ports import HOST
from payments.models import InboxEvent, ProviderAccount
from payments.services.inbox import TASK

EVENTS, NOTHINGS = 500, 2000
PATIENCE_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Rates:
    """Per second, by the same worker from the same queue."""

    events: float
    nothings: float

    @property
    def ratio(self) -> float:
        return self.events / self.nothings


def measure_worker(scene: Scene) -> Rates:
    """Empty the queue of tasks that do nothing, then of wake-ups with an event each."""
    with redis.Redis(HOST, scene.stage.redis_port) as queue:
        nothings = _rate(scene, NOTHING, count=NOTHINGS, done=lambda: not _waiting(queue))
    with scene.stage.frozen("worker"):
        _store_events(scene.town.hook)
    due = InboxEvent.objects.filter(next_run_at__isnull=False)
    events = _rate(scene, TASK, count=EVENTS, done=lambda: not due.exists())
    if not until(all_is_done, seconds=PATIENCE_SECONDS):
        raise StageError("the worker does not finish its mails")
    rates = Rates(events, nothings)
    scene.say(f"  worker_events: {events:.0f} a second, beside {nothings:.0f} tasks of nothing")
    return rates


def _rate(scene: Scene, task: str, *, count: int, done: Callable[[], bool]) -> float:
    with scene.stage.frozen("worker"):
        for _ in range(count):
            current_app.send_task(task, retry=False, ignore_result=True)
    started = time.monotonic()
    if not until(done, seconds=PATIENCE_SECONDS):
        raise StageError(f"the worker does not finish {count} times {task}")
    return count / (time.monotonic() - started)


def _waiting(queue: redis.Redis) -> int:
    """Messages that are not acknowledged yet."""
    return sum(queue.llen(name) for name in QUEUES) + queue.hlen("unacked")


def _store_events(hook: Hook) -> None:
    """A captured payment's event for each of as many new orders, as the webhook stores it."""
    account = ProviderAccount.objects.get(code="sandbox")
    InboxEvent.objects.bulk_create(
        InboxEvent(
            account=account,
            event_id=f"evt_{attempt.our_ref}",
            kind="payment.captured",
            body=hook.event(our_ref=attempt.our_ref, amount=attempt.amount),
        )
        for attempt in (open_one() for _ in range(EVENTS))
    )
