"""The embedded broker: messages appear whole, are taken once, and never end a worker."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from queue import Empty

import pytest
from celery import Celery
from kombu.exceptions import OperationalError
from kombu.simple import SimpleQueue

import config  # noqa: F401  # names the transport
from tests.config.waiting import until

ROOT = Path(__file__).resolve().parent.parent.parent
MESSAGE = '{"body": "W10=", "properties": {"delivery_tag": "1", "body_encoding": "base64"}}'
NO_MESSAGES = [
    b"",
    b"{",
    MESSAGE[:40].encode(),
    b"\xff\xfe garbage \x00",
    b"[]",
    b"7",
    b'"text"',
    b"{}",
    b'{"properties": 7}',
    b'{"properties": {"delivery_tag": []}}',
    b'{"body": "W10=", "properties": {"delivery_tag": "1", "body_encoding": "rot13"}}',
    b"[" * 100_000,
]
NO_TASKS = [MESSAGE.encode(), MESSAGE.replace("W10=", "%%%").encode()]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "marks").mkdir()
    (tmp_path / "broker" / "probe").mkdir(parents=True)
    return tmp_path


@pytest.fixture
def queue(home: Path) -> Iterator[SimpleQueue]:
    app = Celery("writer", broker="folder://localhost", set_as_current=False)
    app.conf.broker_transport_options = {"folder": str(home / "broker")}
    with app.connection_for_write() as connection:
        yield connection.SimpleQueue("probe")


class Worker:
    """A real worker process over this broker."""

    def __init__(self, home: Path) -> None:
        self.home = home
        command = "-m celery -A tests.config.probe worker --pool=threads --concurrency=2 -l WARNING"
        flags = "--without-gossip --without-mingle --without-heartbeat"
        with (home / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *command.split(), *flags.split()],
                env={**os.environ, "PROBE_HOME": str(home)},
                cwd=ROOT,
                stdout=log,
                stderr=log,
            )

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def ask(home: Path, *names: str) -> None:
    app = Celery("writer", broker="folder://localhost", set_as_current=False)
    app.conf.update(
        broker_transport_options={"folder": str(home / "broker")}, task_default_queue="probe"
    )
    for name in names:
        app.send_task("probe.mark", [name], ignore_result=True)
    app.close()


def marked(home: Path, name: str) -> bool:
    return (home / "marks" / name).exists()


def test_messages_come_oldest_first(queue: SimpleQueue) -> None:
    for number in range(5):
        queue.put(number)
    assert [queue.get(block=False).payload for _ in range(5)] == [0, 1, 2, 3, 4]


def test_a_half_written_message_is_not_seen(home: Path, queue: SimpleQueue) -> None:
    (home / "broker" / "probe" / "1-half.tmp").write_text(MESSAGE[:40])
    with pytest.raises(Empty):
        queue.get(block=False)


@pytest.mark.parametrize("raw", NO_MESSAGES)
def test_what_is_no_message_is_dropped(home: Path, queue: SimpleQueue, raw: bytes) -> None:
    (home / "broker" / "probe" / "1.msg").write_bytes(raw)
    queue.put("real")
    assert queue.get(block=False).payload == "real"
    assert queue.qsize() == 0


def test_each_message_is_taken_by_one_reader(home: Path, queue: SimpleQueue) -> None:
    for number in range(200):
        queue.put(number)

    def drain(_: int) -> list[int]:
        app = Celery("reader", broker="folder://localhost", set_as_current=False)
        app.conf.broker_transport_options = {"folder": str(home / "broker")}
        taken: list[int] = []
        with app.connection_for_read() as connection:
            mine = connection.SimpleQueue("probe")
            while mine.qsize():
                try:
                    message = mine.get(block=False)
                except Empty:
                    continue
                message.ack()
                taken.append(message.payload)
        return taken

    with ThreadPoolExecutor(4) as pool:
        taken = [number for numbers in pool.map(drain, range(4)) for number in numbers]
    assert sorted(taken) == list(range(200))


def test_a_missing_folder_is_an_empty_queue(home: Path, queue: SimpleQueue) -> None:
    (home / "broker" / "probe").rmdir()
    assert queue.qsize() == 0


def test_a_folder_that_cannot_be_written_is_an_error_that_wake_catches(
    home: Path, queue: SimpleQueue
) -> None:
    (home / "broker" / "probe").rmdir()
    (home / "broker" / "probe").touch()
    with pytest.raises(OperationalError):
        queue.put("lost")


def test_a_worker_outlives_anything_found_in_its_folder(home: Path) -> None:
    worker = Worker(home)
    try:
        for number, raw in enumerate(NO_MESSAGES + NO_TASKS):
            (home / "broker" / "probe" / f"{number}.msg").write_bytes(raw)
            ask(home, f"after-{number}")
            assert until(partial(marked, home, f"after-{number}")), (home / "log").read_text()
        assert worker.process.poll() is None
    finally:
        worker.kill()


def test_a_worker_outlives_the_loss_of_its_folder(home: Path) -> None:
    worker = Worker(home)
    try:
        ask(home, "before")
        assert until(lambda: marked(home, "before")), (home / "log").read_text()
        (home / "broker").rename(home / "gone")
        ask(home, "after")
        assert until(lambda: marked(home, "after")), (home / "log").read_text()
        assert worker.process.poll() is None
    finally:
        worker.kill()


def test_after_each_kill_the_next_worker_takes_up_the_waiting_messages(home: Path) -> None:
    for turn in range(2):
        worker = Worker(home)
        try:
            ask(home, *(f"{turn}-{number}" for number in range(50)))
            assert until(partial(marked, home, f"{turn}-0")), (home / "log").read_text()
        finally:
            worker.kill()
    last = Worker(home)
    try:
        ask(home, "last")
        assert until(lambda: marked(home, "last")), (home / "log").read_text()
        assert until(lambda: not list((home / "broker" / "probe").glob("*.msg")))
        # At most what two threads held at each kill may be missing: the sweep's share.
        assert until(lambda: len(list((home / "marks").iterdir())) >= 101 - 2 * 4)
    finally:
        last.kill()


def test_a_message_normally_waits_a_fraction_of_a_second(home: Path) -> None:
    """The promise itself; one quick message of five proves it, however busy the machine."""
    worker = Worker(home)
    try:
        assert min(waited_for(home, f"quick{number}") for number in range(5)) < 1
    finally:
        worker.kill()


def waited_for(home: Path, word: str) -> float:
    started = time.monotonic()
    ask(home, word)
    assert until(lambda: marked(home, word))
    return time.monotonic() - started


def test_messages_are_plain_json(home: Path) -> None:
    ask(home, "readable")
    (path,) = (home / "broker" / "probe").glob("*.msg")
    assert json.loads(path.read_text())["headers"]["task"] == "probe.mark"
