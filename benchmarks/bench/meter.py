"""Processor time and memory of the shop's processes, read where Linux writes them."""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg

PROC = Path("/proc")
_TICK = os.sysconf("SC_CLK_TCK")
_BACKENDS = (
    "select pid from pg_stat_activity where datname = current_database() and application_name = %s"
)
_KIB_PER_MB = 1024


@dataclass(frozen=True, slots=True)
class Usage:
    """Processor seconds so far, each of a process group with its PostgreSQL backends."""

    web: float
    worker: float

    def since(self, before: "Usage") -> "Usage":
        return Usage(self.web - before.web, self.worker - before.worker)


class Meter:
    """Reads web and worker by name; bank, broker and driver are never looked at."""

    def __init__(self, pids: Mapping[str, int], database_url: str) -> None:
        self._pids = pids
        self._database = psycopg.connect(database_url, autocommit=True)

    def close(self) -> None:
        self._database.close()

    def read(self) -> Usage:
        return Usage(self._seconds("web"), self._seconds("worker"))

    def peak_mb(self) -> dict[str, float]:
        """The most that each group has held so far: the sum of its processes' peaks."""
        return {
            name: sum(_kib(pid, "VmHWM:") for pid in _group(root)) / _KIB_PER_MB
            for name, root in self._pids.items()
        }

    def resident_mb(self, name: str) -> float:
        """What a group's processes hold now."""
        return sum(_kib(pid, "VmRSS:") for pid in _group(self._pids[name])) / _KIB_PER_MB

    def driver(self) -> float:
        """Processor seconds of this process and its backend, for what is done in it."""
        return time.process_time() + self._backends("driver")

    def _seconds(self, name: str) -> float:
        own = sum(_cpu_seconds(pid) for pid in _group(self._pids[name]))
        return own + self._backends(name)

    def _backends(self, name: str) -> float:
        pids = self._database.execute(_BACKENDS, (application(name),))
        return sum(_cpu_seconds(pid) for (pid,) in pids)


def application(name: str) -> str:
    """How a process group names itself to PostgreSQL, so that its backends are found."""
    return f"till-bench-{name}"


def _group(leader: int) -> list[int]:
    """A process and all that it started: each program of the stage leads a group of its own."""
    return [pid for pid in _running() if (words := _stat(pid)) and int(words[2]) == leader]


def _running() -> list[int]:
    return [int(path.name) for path in PROC.iterdir() if path.name.isdecimal()]


def _stat(pid: int) -> list[str]:
    """The fields after the name, as proc(5) lists them; none where the process has ended."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def _cpu_seconds(pid: int) -> float:
    """User and system time of one process with the children that have ended."""
    return sum(int(word) for word in _stat(pid)[11:15]) / _TICK


def _kib(pid: int, what: str) -> int:
    for line in (PROC / str(pid) / "status").read_text().splitlines():
        if line.startswith(what):
            return int(line.split()[1])
    return 0
