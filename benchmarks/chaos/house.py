"""The shop's processes, seen from the run: hired from a warm parent, replaced when killed."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection, Listener
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Final

from benchmarks.chaos.faults import DEADLY, Strike
from config.ports import free_port
from config.processes import ROOT

Answer = dict[str, Any]
Struck = Callable[[Strike, str, str], None]
"""What happened, to which kind of process ("web" or "worker"), and to the write of which key."""
KILLED: Final = "killed"
BROKER: Final = "broker"


class HouseError(Exception):
    """The shop's processes do not start; the text holds their last words."""


class House:
    """Web servers at one door and workers, `lanes` of each. Strikes are told to `struck`."""

    def __init__(self, data: Path, seed: str, struck: Struck) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._data, self._seed, self.struck = data, seed, struck
        self._meeting = Listener(str(data / "meeting"), backlog=64)
        self._lock = threading.Lock()
        self._hired = 0
        self._web: list[Connection] = []
        self._workers: SimpleQueue[Connection] = SimpleQueue()

    def open(self, environment: dict[str, str], *, lanes: int, planted: str) -> None:
        """Start the parent with the clock's file beside it, then its children."""
        places = (str(self._data / "meeting"), str(self._data / "clock"), str(self.port))
        with (self._data / "log").open("wb") as log:
            self._parent = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.chaos.inside", *places, planted],
                cwd=ROOT,
                env={**os.environ, **environment, "TILL_BASE_URL": self.url},
                stdout=log,
                stderr=log,
            )
        threading.Thread(target=self._give_up, daemon=True).start()
        try:
            self._nursery = self._meeting.accept()
            self._nursery.recv()
        except (EOFError, OSError) as error:
            raise HouseError(f"the shop does not start:\n{self.last_words()}") from error
        for _ in range(lanes):
            self._web.append(self._hire("web"))
            self._workers.put(self._hire("worker"))

    def close(self) -> None:
        self._parent.kill()
        self._parent.wait()
        self._meeting.close()

    def last_words(self, lines: int = 30) -> str:
        return "\n".join((self._data / "log").read_text("utf-8", "replace").splitlines()[-lines:])

    def work(self, verb: str, **arguments: Any) -> Answer:
        """Let a worker do one thing; {"killed": True} where it died of it."""
        worker = self._workers.get()
        try:
            worker.send((verb, arguments))
            while True:
                kind, told = worker.recv()
                if kind == "done":
                    self._workers.put(worker)
                    answer: Answer = told
                    return answer
                way, key = told
                self.struck(Strike(way), "worker", key)
                worker.send("heard")
        except (EOFError, ConnectionError):
            self._workers.put(self._hire("worker"))
            return {KILLED: True}

    def watch_web(self) -> None:
        """Hear what struck the web servers, and replace those that died of it."""
        with self._lock:
            lines = self._web
            self._web = [line if self._hear(line) else self._hire_locked("web") for line in lines]

    def messages(self) -> int:
        """How many wake-ups wait in the broker."""
        return sum(1 for _ in (self._data / BROKER).glob("*/*.msg"))

    def flush_broker(self) -> int:
        """Lose every wake-up; how many there were."""
        lost = list((self._data / BROKER).glob("*/*.msg"))
        for message in lost:
            message.unlink(missing_ok=True)
        return len(lost)

    def _hear(self, line: Connection) -> bool:
        """Whether it lives on. Who tells of a kill dies of it, at once or in a moment."""
        try:
            while line.poll(0):
                told, key = line.recv()[1]
                way = Strike(told)
                self.struck(way, "web", key)
                if way in DEADLY:
                    return False
        except (EOFError, ConnectionError):
            return False
        return True

    def _hire(self, role: str) -> Connection:
        with self._lock:
            return self._hire_locked(role)

    def _hire_locked(self, role: str) -> Connection:
        self._hired += 1
        self._nursery.send((role, f"{self._seed}:{self._hired}"))
        line = self._meeting.accept()
        line.recv()
        return line

    def _give_up(self) -> None:
        """Where the parent dies before it has met us, nobody else would end our waiting."""
        if self._parent.wait() and not hasattr(self, "_nursery"):
            self._meeting.close()
