"""Keeps processes alive: starts them, restarts what died, stops all in order."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TETHER = Path(__file__).with_name("tether.py")
PATIENCE_SECONDS = 15.0
FIRST_PAUSE, LONGEST_PAUSE, HEALTHY_AFTER = 0.5, 30.0, 60.0
TAIL_LINES = 25


@dataclass(frozen=True, slots=True)
class Program:
    """A command line under a name, with the whole environment it runs in."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]


@dataclass(slots=True)
class Child:
    """One running program and what it needs to be started again."""

    program: Program
    log: Path
    process: subprocess.Popen[bytes] = field(init=False)
    started: float = field(init=False)
    pause: float = FIRST_PAUSE
    restart_at: float | None = None

    def __post_init__(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists():
            self.log.replace(self.log.with_suffix(".old.log"))
        self.start()

    def start(self) -> None:
        self.started, self.restart_at = time.monotonic(), None
        tether = (sys.executable, "-S", "-E", str(TETHER), str(os.getpid()))
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*tether, *self.program.command],
                cwd=ROOT,
                env=dict(self.program.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                process_group=0,  # Ctrl-C reaches the supervisor alone
            )

    def alive(self) -> bool:
        return self.process.poll() is None

    def plan_restart(self) -> float:
        """Set when it starts again, later each time it dies young; the pause in seconds."""
        if time.monotonic() - self.started > HEALTHY_AFTER:
            self.pause = FIRST_PAUSE
        pause, self.pause = self.pause, min(self.pause * 2, LONGEST_PAUSE)
        self.restart_at = time.monotonic() + pause
        return pause

    def tail(self) -> str:
        lines = self.log.read_text("utf-8", "replace").splitlines()[-TAIL_LINES:]
        return "\n".join(f"  {self.program.name} | {line}" for line in lines)

    def stop(self) -> None:
        """Ask, wait, insist; and leave nobody of its group behind."""
        if self.alive():
            self.process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(PATIENCE_SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Supervisor:
    """The children in the order they were started; they stop in the opposite order."""

    def __init__(self, *, logs: Path, say: Callable[[str], None]) -> None:
        self._logs = logs
        self._say = say
        self._children: dict[str, Child] = {}
        self._stopping = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="supervisor", daemon=True)

    def start(self, program: Program) -> Child:
        child = Child(program, self._logs / f"{program.name}.log")
        self._children[program.name] = child
        return child

    def pids(self) -> dict[str, int]:
        return {name: child.process.pid for name, child in self._children.items()}

    def watch(self) -> None:
        """From now on whatever dies is started again."""
        self._watcher.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._watcher.is_alive():
            self._watcher.join()
        for child in reversed(self._children.values()):
            child.stop()
        self._children.clear()

    def _watch(self) -> None:
        while not self._stopping.wait(0.1):
            for child in self._children.values():
                self._revive(child)

    def _revive(self, child: Child) -> None:
        if child.alive():
            return
        if child.restart_at is None:
            pause, name = child.plan_restart(), child.program.name
            how = _how(child.process.returncode)
            self._say(f"{name} {how}; starting it again in {pause:g} s.\n{child.tail()}")
        elif time.monotonic() >= child.restart_at:
            child.start()


def _how(returncode: int) -> str:
    if returncode >= 0:
        return f"ended with exit code {returncode}"
    return f"was ended by {signal.Signals(-returncode).name}"
