"""Brokers that real workers listen to: a Redis of the test's own, RabbitMQ where one runs."""

from __future__ import annotations

import os
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from celery import Celery
from kombu import Connection, Queue
from kombu.exceptions import KombuError

from config.ports import HOST, free_port
from tests.config.waiting import until

RABBITMQ_URL = os.environ.get("RABBITMQ_URL", f"amqp://guest:guest@{HOST}:5672//")


@dataclass(frozen=True)
class Broker:
    """Where a test's messages go; `mark` keeps its queues apart from any other's."""

    url: str
    mark: str = field(default_factory=lambda: f"test-{uuid.uuid4().hex[:8]}-")
    server: subprocess.Popen[bytes] | None = None

    def app(self) -> Celery:
        """Who sends to it; a Redis or RabbitMQ that does not answer is an error at once."""
        app = Celery("sender", broker=self.url, set_as_current=False)
        app.conf.update(broker_connection_timeout=5, task_publish_retry=False)
        return app


def answers(url: str) -> bool:
    with Connection(url, connect_timeout=2, transport_options={"max_retries": 0}) as connection:
        try:
            connection.ensure_connection(max_retries=1, timeout=2)
        except (OSError, KombuError):
            return False
        return True


@contextmanager
def a_redis(folder: Path) -> Iterator[Broker]:
    """A Redis as docs/operations.md wants it: every write is on disk before it is answered."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("needs Redis (the program redis-server)")
    folder.mkdir(exist_ok=True)
    port = free_port()
    keeps = "--appendonly yes --appendfsync always --maxmemory-policy noeviction"
    at = ("--bind", HOST, "--port", str(port), "--dir", str(folder), "--save", "")
    command = [program, *keeps.split(), *at]
    with (folder / "log").open("ab") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        assert until(lambda: answers(f"redis://{HOST}:{port}/0")), (folder / "log").read_text()
        yield Broker(f"redis://{HOST}:{port}/0", server=server)
    finally:
        server.kill()
        server.wait()


@contextmanager
def a_rabbitmq(*names: str) -> Iterator[Broker]:
    """The RabbitMQ that runs here; queues of these names are deleted in the end."""
    if not answers(RABBITMQ_URL):
        pytest.skip("needs RabbitMQ (RABBITMQ_URL)")
    broker = Broker(RABBITMQ_URL)
    try:
        yield broker
    finally:
        with Connection(RABBITMQ_URL) as connection:
            for name in names:
                Queue(broker.mark + name, channel=connection.default_channel).delete()
