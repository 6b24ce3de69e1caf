"""The one door to the queue: tell a worker, after the commit, that rows are waiting."""

from __future__ import annotations

import logging
import time
from functools import partial

from celery import current_app
from django.db import transaction
from kombu.exceptions import KombuError

logger = logging.getLogger("till.wake")
PAUSE_SECONDS = 10
_paused_until = 0.0


def wake(task: str) -> None:
    """Send the task's name once the open transaction has committed. Never raises.

    A lost wake-up is harmless: every kind of work has a sweep that finds its rows.
    """
    transaction.on_commit(partial(_send, task), robust=True)


def _send(task: str) -> None:
    global _paused_until  # noqa: PLW0603  # one circuit for all threads of the process
    if time.monotonic() < _paused_until:
        return
    try:
        current_app.send_task(task, retry=False, ignore_result=True)
    except _broker_errors() as error:
        _paused_until = time.monotonic() + PAUSE_SECONDS
        logger.warning("queue unreachable (%s); the sweep will find the work", type(error).__name__)


def _broker_errors() -> tuple[type[BaseException], ...]:
    """What this broker's client raises when the broker cannot be reached."""
    connection = current_app.connection_for_write()
    return (KombuError, OSError, *connection.connection_errors, *connection.channel_errors)
