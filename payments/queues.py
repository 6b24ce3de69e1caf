"""What Celery must be told to run Till: queues, routes, the beat plan, and broker settings.

A site imports these into its settings, so that an upgrade brings its new tasks along.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

from celery.schedules import crontab
from kombu import Queue

QUEUES: Final = ("webhooks", "polling", "mail", "reports")

ROUTES: Final[dict[str, dict[str, str]]] = {
    "payments.drain_inbox": {"queue": "webhooks"},
    "payments.submit_operations": {"queue": "polling"},
    "payments.submit_evidence": {"queue": "polling"},
    "payments.poll_due": {"queue": "polling"},
    "payments.read_feeds": {"queue": "polling"},
    "payments.expire_orders": {"queue": "polling"},
    "orders.send_mail": {"queue": "mail"},
    "payments.check_ledger": {"queue": "reports"},
    "payments.alert_of_dead_events": {"queue": "reports"},
    "payments.remind_of_evidence": {"queue": "reports"},
    "payments.forget_methods": {"queue": "reports"},
    "payments.forget_bodies": {"queue": "reports"},
    "payments.import_settlements": {"queue": "reports"},
    "payments.fetch_reports": {"queue": "reports"},
    "payments.close_days": {"queue": "reports"},
}
SWEEPS: Final[dict[str, int]] = {
    "payments.drain_inbox": 30,
    "payments.submit_operations": 30,
    "payments.submit_evidence": 30,
    "payments.poll_due": 30,
    "payments.expire_orders": 30,
    "orders.send_mail": 30,
    "payments.read_feeds": 60,
    "payments.remind_of_evidence": 600,
    "payments.forget_methods": 600,
    "payments.import_settlements": 60,
    "payments.alert_of_dead_events": 3600,
    "payments.fetch_reports": 3600,
    "payments.close_days": 3600,
}
"""Task -> seconds between runs; each finds by itself what a lost message left behind."""

NIGHTLY: Final[dict[str, tuple[int, int]]] = {
    "payments.check_ledger": (3, 30),
    "payments.forget_bodies": (4, 10),
}
"""Task -> hour and minute, UTC."""


def _beat() -> dict[str, dict[str, Any]]:
    # An unread sweep is worth nothing once the next is due: a stopped worker finds no heap of them.
    plan: dict[str, dict[str, Any]] = {
        task: {"task": task, "schedule": seconds, "options": {"expires": seconds}}
        for task, seconds in SWEEPS.items()
    }
    for task, (hour, minute) in NIGHTLY.items():
        at = crontab(hour=str(hour), minute=str(minute))
        plan[task] = {"task": task, "schedule": at, "options": {"expires": 60 * 60}}
    return plan


BEAT: Final = _beat()

CONNECT_SECONDS: Final = 1.0
ANSWER_SECONDS: Final = 2.0
"""How long one answer of the broker is waited for; a page may wait for three, once in a while."""


def transport_options(broker_url: str) -> dict[str, Any]:
    """What makes this broker keep messages over a kill and let go of who waits for it in vain."""
    scheme = urlsplit(broker_url).scheme
    if scheme.startswith("redis"):
        return {
            "visibility_timeout": 3600,
            "unacked_restore_interval": 30,
            "unacked_restore_throttle": 1,
            "socket_connect_timeout": CONNECT_SECONDS,
            "socket_timeout": ANSWER_SECONDS,
            "max_retries": 0,
        }
    if is_rabbitmq(broker_url):
        # Without a time-out a frozen connection is closed politely, and that waits for ever.
        waits = {"read_timeout": ANSWER_SECONDS, "write_timeout": ANSWER_SECONDS}
        return {"confirm_publish": True, "max_retries": 0, **waits}
    return {}


def task_queues(broker_url: str, prefix: str = "") -> list[Queue] | None:
    """Quorum queues on RabbitMQ; None elsewhere: there a queue appears with its first message."""
    if not is_rabbitmq(broker_url):
        return None
    names = [prefix + name for name in QUEUES]
    quorum = {"x-queue-type": "quorum"}
    return [Queue(name, routing_key=name, queue_arguments=quorum) for name in names]


def is_rabbitmq(broker_url: str) -> bool:
    return urlsplit(broker_url).scheme in {"amqp", "amqps", "pyamqp"}
