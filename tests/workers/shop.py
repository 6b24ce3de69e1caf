"""Real workers of the whole site over the test's database."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

from payments.queues import QUEUES
from tests.workers.brokers import Broker
from tests.workers.process import Worker


def database_url() -> str:
    """The test's own database, as another process is told of it."""
    at = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{at['NAME']}"
    password = f":{at['PASSWORD']}" if at["PASSWORD"] else ""
    return f"postgres://{at['USER']}{password}@{at['HOST']}:{at['PORT'] or 5432}/{at['NAME']}"


class Crew:
    """Workers of the site, each with a beat of its own."""

    def __init__(self, broker: Broker | None, home: Path, *flags: str) -> None:
        self.home, self.flags = home, flags
        self.workers: list[Worker] = []
        mark = broker.mark if broker else ""
        self.queues = ",".join(mark + name for name in QUEUES)
        self.environment = {
            "DJANGO_SETTINGS_MODULE": "tests.workers.site",
            "DATABASE_URL": database_url(),
            "TILL_DATA": os.environ["TILL_DATA"],  # there is the key of the accounts' secrets
            "REDIS_URL": "",
            "BROKER_URL": broker.url if broker else "",
            "TEST_MARK": mark,
        }

    def hire(self) -> Worker:
        number = len(self.workers)
        beat = ("--beat", "--schedule", str(self.home / f"beat{number}"))
        flags = (*self.flags, *beat, "--queues", self.queues, f"--hostname=w{number}@test")
        log = self.home / f"worker{number}.log"
        worker = Worker("config", *flags, log=log, environment=self.environment)
        self.workers.append(worker)
        return worker


@contextmanager
def a_crew(broker: Broker | None, home: Path, *flags: str) -> Iterator[Crew]:
    """Nobody of it is left in the end, nor a connection of theirs to the database."""
    crew = Crew(broker, home, *flags)
    try:
        yield crew
    finally:
        for worker in crew.workers:
            worker.kill()
