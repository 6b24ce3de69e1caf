"""Supervision: what died is started again, and nobody is left behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from config.processes import LONGEST_PAUSE, Child, Program, Supervisor
from tests.config.waiting import until

ROOT = Path(__file__).resolve().parent.parent.parent
# Says its own id and that of a child it leaves in its group, then waits for ever.
FAMILY = """
import subprocess, sys, os
child = subprocess.Popen([sys.executable, "-c", "import threading; threading.Event().wait()"])
print(os.getpid(), child.pid, flush=True)
child.wait()
"""
STUBBORN = """
import signal, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("ready", flush=True)
while True: signal.pause()
"""


def program(name: str, code: str) -> Program:
    return Program(name, (sys.executable, "-c", code), dict(os.environ))


def is_alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1][:3]
    except FileNotFoundError:
        return False


class Notes(list[str]):
    """What the supervisor said."""


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def supervisor(tmp_path: Path, notes: Notes) -> Iterator[Supervisor]:
    supervisor = Supervisor(logs=tmp_path, say=notes.append)
    yield supervisor
    supervisor.stop()


def says_ready(child: Child) -> bool:
    return "ready" in child.log.read_text()


def family(tmp_path: Path, name: str = "family") -> list[int]:
    log = tmp_path / f"{name}.log"
    assert until(lambda: log.read_text().endswith("\n"))
    return [int(pid) for pid in log.read_text().split()[-2:]]


def test_a_killed_program_is_started_again(
    tmp_path: Path, supervisor: Supervisor, notes: Notes
) -> None:
    supervisor.start(program("family", FAMILY))
    supervisor.watch()
    first, _ = family(tmp_path)
    os.killpg(first, signal.SIGKILL)  # with its child, which nobody would end
    assert until(lambda: supervisor.pids()["family"] != first and family(tmp_path)[0] != first)
    assert notes[0].startswith("family was ended by SIGKILL; starting it again in 0.5 s.")


def test_a_program_that_keeps_failing_is_tried_more_and_more_rarely(
    tmp_path: Path, supervisor: Supervisor
) -> None:
    child = supervisor.start(program("broken", "import sys; sys.exit('no database')"))
    pauses = [child.plan_restart() for _ in range(10)]
    assert pauses[:3] == [0.5, 1, 2]
    assert pauses[-1] == LONGEST_PAUSE


def test_a_failure_is_shown_with_its_last_words(
    tmp_path: Path, supervisor: Supervisor, notes: Notes
) -> None:
    supervisor.start(program("broken", "import sys; sys.exit('no database')"))
    supervisor.watch()
    assert until(lambda: notes)
    assert notes[0].endswith("broken | no database")


def test_stopping_leaves_no_grandchild(tmp_path: Path, supervisor: Supervisor) -> None:
    supervisor.start(program("family", FAMILY))
    pids = family(tmp_path)
    supervisor.stop()
    assert until(lambda: not any(map(is_alive, pids)))


def test_who_does_not_stop_is_made_to(
    tmp_path: Path, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("config.processes.PATIENCE_SECONDS", 0.3)
    child = supervisor.start(program("stubborn", STUBBORN))
    assert until(partial(says_ready, child))
    supervisor.stop()
    assert child.process.returncode == -signal.SIGKILL


def test_programs_stop_in_the_opposite_order(tmp_path: Path, supervisor: Supervisor) -> None:
    code = (
        "import signal, sys, time\n"
        f"log = open({str(tmp_path / 'order')!r}, 'a')\n"
        "def leave(*_): print(NAME, file=log); log.close(); sys.exit()\n"
        "signal.signal(signal.SIGTERM, leave)\n"
        "print('ready', flush=True)\n"
        "while True: signal.pause()\n"
    )
    for name in ("bank", "worker", "web"):
        child = supervisor.start(program(name, f"NAME={name!r}\n{code}"))
        assert until(partial(says_ready, child))
    supervisor.stop()
    assert (tmp_path / "order").read_text().split() == ["web", "worker", "bank"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_children_end_even_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    code = f"""
import os, sys, threading
from pathlib import Path
from config.processes import Program, Supervisor
supervisor = Supervisor(logs=Path({str(tmp_path)!r}), say=print)
code = "import os, signal; print(os.getpid(), 0, flush=True); signal.pause()"
supervisor.start(Program("family", (sys.executable, "-c", code), dict(os.environ)))
threading.Event().wait()
"""
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
    try:
        assert until((tmp_path / "family.log").exists)
        child, _ = family(tmp_path)
        assert is_alive(child)
    finally:
        parent.kill()
        parent.wait()
    assert until(lambda: not is_alive(child))


def test_the_last_log_is_kept(tmp_path: Path, notes: Notes) -> None:
    for _ in range(2):
        supervisor = Supervisor(logs=tmp_path, say=notes.append)
        child = supervisor.start(program("short", "print('done')"))
        child.process.wait()
        supervisor.stop()
    assert (tmp_path / "short.old.log").read_text() == "done\n"
