"""The one door to the queue: tell a worker, after the commit, that rows are waiting."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Final

from celery import current_app
from django.core.cache import caches
from django.db import transaction
from kombu.exceptions import KombuError

from orders.clock import now
from orders.conf import cache_down, order_settings

logger = logging.getLogger("till.wake")
PAUSE_SECONDS = 10
PENDING_SECONDS: Final = 15
"""How long a wake-up counts as on its way; after it another is sent."""
CONFIRM_SECONDS: Final = 2.0
"""How long RabbitMQ may take to say that it has a message."""
RUN_KNOWN_SECONDS: Final = 7 * 24 * 60 * 60
_paused_until = 0.0


def wake(task: str) -> None:
    """Send the task's name once the open transaction has committed. Never raises.

    A lost wake-up is harmless: every kind of work has a sweep that finds its rows.
    """
    # No partial: Django logs a robust failure by the name of the function, and it has none.
    transaction.on_commit(lambda: _send(task), robust=True)


def run(task: str, work: Callable[[], int], *, full: int) -> None:
    """What a task does: work off a batch, and wake the next where it was full.

    The mark goes before the rows are looked for, so that a row that comes later wakes anew. A run
    is noted at its end only: a task that always fails counts as one that does not run.
    """
    if cache := order_settings().shared_cache:
        try:
            caches[cache].delete(_mark(task))
        except cache_down() as error:
            logger.warning("wake-ups are not counted, the cache is down: %s", error)
    looked_at = work()
    note_run(task)
    if looked_at == full:
        wake(task)


def note_run(task: str) -> None:
    """Keep when a task last came to its end, where a cache is shared; for those who watch."""
    if cache := order_settings().shared_cache:
        try:
            caches[cache].set(_run_mark(task), now(), RUN_KNOWN_SECONDS)
        except cache_down() as error:
            logger.warning("the run of %s is not noted, the cache is down: %s", task, error)


def last_runs(tasks: Collection[str]) -> dict[str, datetime | None]:
    """When each task last came to its end; None where nobody knows."""
    known: dict[str, datetime] = {}
    if cache := order_settings().shared_cache:
        try:
            known = caches[cache].get_many([_run_mark(task) for task in tasks])
        except cache_down() as error:
            logger.warning("nobody knows when tasks ran, the cache is down: %s", error)
    return {task: known.get(_run_mark(task)) for task in tasks}


def _send(task: str) -> None:
    global _paused_until  # noqa: PLW0603  # one circuit for all threads of the process
    if time.monotonic() < _paused_until:
        return
    try:
        if not _on_its_way(task):
            current_app.send_task(
                task, retry=False, ignore_result=True, confirm_timeout=CONFIRM_SECONDS
            )
    except (*cache_down(), *_broker_errors()) as error:
        _paused_until = time.monotonic() + PAUSE_SECONDS
        logger.warning("queue unreachable (%s); the sweep will find the work", type(error).__name__)


def _on_its_way(task: str) -> bool:
    """Whether a message of this kind is sent and not yet read; leaves the mark that one is."""
    cache = order_settings().shared_cache
    return bool(cache) and not caches[cache].add(_mark(task), 1, PENDING_SECONDS)


def _mark(task: str) -> str:
    return f"till:wake:{task}"


def _run_mark(task: str) -> str:
    return f"till:ran:{task}"


def _broker_errors() -> tuple[type[BaseException], ...]:
    """What this broker's client raises when the broker cannot be reached."""
    connection = current_app.connection_for_write()
    return (KombuError, OSError, *connection.connection_errors, *connection.channel_errors)
