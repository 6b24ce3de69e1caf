"""A worker may be killed at any moment, and one that is asked to stop finishes what it does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from kombu import Queue

from payments.queues import is_rabbitmq
from tests.config.waiting import until
from tests.workers.brokers import Broker
from tests.workers.conftest import PROBE
from tests.workers.process import Worker


class Bench:
    """Workers of one probe, and what they noted."""

    def __init__(self, broker: Broker, home: Path) -> None:
        self.broker, self.home = broker, home
        self.queue = broker.mark + PROBE
        self.workers: list[Worker] = []
        self.environment = {
            "BROKER_URL": broker.url,
            "PROBE_HOME": str(home),
            "PROBE_QUEUE": self.queue,
            "TILL_DATA": str(home),
        }

    def hire(self) -> Worker:
        flags = ("--pool=prefork", "--concurrency=1", f"--hostname=w{len(self.workers)}@test")
        log = self.home / f"worker{len(self.workers)}.log"
        worker = Worker("tests.workers.probe", *flags, log=log, environment=self.environment)
        self.workers.append(worker)
        return worker

    def ask(self, *names: str) -> None:
        """Send a task for each; whoever comes first makes the queue, and both make it alike."""
        app = self.broker.app()
        quorum = {"x-queue-type": "quorum"} if is_rabbitmq(self.broker.url) else None
        app.conf.task_queues = [Queue(self.queue, routing_key=self.queue, queue_arguments=quorum)]
        for name in names:
            app.send_task("probe.hold", [name], queue=self.queue, ignore_result=True)
        app.close()

    def noted(self, what: str) -> int:
        path = self.home / what
        return len(path.read_text().splitlines()) if path.exists() else 0

    def let_go(self) -> None:
        (self.home / "go").touch()


@pytest.fixture
def bench(broker: Broker, tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(broker, tmp_path)
    yield bench
    for worker in bench.workers:
        worker.kill()


def test_what_a_killed_worker_had_begun_another_finishes_once(bench: Bench) -> None:
    first = bench.hire()
    bench.ask("a")
    assert until(lambda: bench.noted("begun-a")), first.said

    first.kill()
    bench.let_go()
    second = bench.hire()

    assert until(lambda: bench.noted("done-a")), second.said
    bench.ask("b")
    assert until(lambda: bench.noted("done-b")), second.said
    assert (bench.noted("begun-a"), bench.noted("done-a")) == (2, 1)


def test_a_worker_asked_to_stop_ends_its_task_and_takes_no_other(bench: Bench) -> None:
    first = bench.hire()
    bench.ask("a", "b")
    assert until(lambda: bench.noted("begun-a")), first.said

    first.ask_to_stop()
    assert until(lambda: "Warm shutdown" in first.said), first.said
    bench.let_go()

    assert first.process.wait(60) == 0, first.said
    assert (bench.noted("done-a"), bench.noted("begun-b")) == (1, 0)
    second = bench.hire()
    assert until(lambda: bench.noted("done-b")), second.said
    assert (bench.noted("begun-a"), bench.noted("done-b")) == (1, 1)
