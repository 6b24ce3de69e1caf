"""How many events the worker applies in a second, beside tasks that do nothing.

Both wait before the worker runs: the tasks in the queue, the events stored as their webhooks store
them, with the wake-up that is sent for a burst.
Import it with Django set up.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

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
from payments.providers.base import RawRequest
from payments.providers.sandbox.webhook import read_event
from payments.services.receive import receive

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
    """Empty the queue of tasks that do nothing, then the inbox."""
    with redis.Redis(HOST, scene.stage.redis_port) as queue:
        send, done = partial(_send_nothings, NOTHINGS), lambda: not _waiting(queue)
        nothings = NOTHINGS / _seconds(scene, send, done)
    due = InboxEvent.objects.filter(next_run_at__isnull=False)
    store = partial(_store_events, scene.town.hook)
    events = EVENTS / _seconds(scene, store, lambda: not due.exists())
    if not until(all_is_done, seconds=PATIENCE_SECONDS):
        raise StageError("the worker does not finish its mails")
    rates = Rates(events, nothings)
    scene.say(f"  worker_events: {events:.0f} a second, beside {nothings:.0f} tasks of nothing")
    return rates


def _seconds(scene: Scene, prepare: Callable[[], None], done: Callable[[], bool]) -> float:
    """How long the worker takes for what was prepared while it stood still."""
    with scene.stage.frozen("worker"):
        prepare()
    started = time.monotonic()
    if not until(done, seconds=PATIENCE_SECONDS):
        raise StageError("the worker does not finish")
    return time.monotonic() - started


def _send_nothings(count: int) -> None:
    for _ in range(count):
        current_app.send_task(NOTHING, retry=False, ignore_result=True)


def _waiting(queue: redis.Redis) -> int:
    """Messages that are not acknowledged yet."""
    return sum(queue.llen(name) for name in QUEUES) + queue.hlen("unacked")


def _store_events(hook: Hook) -> None:
    """A captured payment's event for each of as many new orders."""
    account = ProviderAccount.objects.get(code="sandbox")
    for attempt in [open_one() for _ in range(EVENTS)]:
        body = hook.event(our_ref=attempt.our_ref, amount=attempt.amount)
        receive(account=account, event=read_event(json.loads(body)), raw=RawRequest(body, {}))
