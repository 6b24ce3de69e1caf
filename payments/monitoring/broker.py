"""What the broker says: how long each queue is, and whether it can be reached at all."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from celery import current_app
from kombu import Connection
from kombu.exceptions import KombuError

from payments.monitoring.probe import Probe
from payments.queues import ROUTES


def queue_names() -> list[str]:
    """The queues our tasks go to on this site, which may have routed them elsewhere."""
    routes = current_app.conf.task_routes or {}
    asked = (routes.get(task) or route for task, route in ROUTES.items())
    return list(dict.fromkeys(str(route["queue"]) for route in asked))


def queue_lengths(names: Collection[str]) -> dict[str, int | None]:
    """Messages that nobody has taken yet, by queue; None where the broker does not say."""
    if not BROKER.answers(seconds=5):
        return dict.fromkeys(names)
    connection = current_app.connection_for_read()
    try:
        with connection:
            return {name: _length(connection, name) for name in names}
    except _silences(connection):
        return dict.fromkeys(names)


def _length(connection: Connection, name: str) -> int:
    """A queue that is not there holds nothing."""
    channel: Any = connection.channel()
    try:
        return int(channel.queue_declare(queue=name, passive=True).message_count)
    except connection.channel_errors:
        return 0
    finally:
        connection.maybe_close_channel(channel)


def ask() -> bool:
    connection = current_app.connection_for_read()
    try:
        with connection:
            connection.ensure_connection(max_retries=1, timeout=1)
    except _silences(connection):
        return False
    return True


def _silences(connection: Connection) -> tuple[type[BaseException], ...]:
    """What this broker's client raises when there is no answer, also when it hangs up."""
    return (KombuError, OSError, *connection.connection_errors, *connection.channel_errors)


BROKER: Final = Probe(ask)
