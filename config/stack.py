"""The whole shop as processes: web, sandbox bank, worker and beat over one data folder."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from config.ports import HOST, free_port, is_taken, wait_until_answers
from config.processes import ROOT, Child, Program, Supervisor
from payments.queues import QUEUES

START_SECONDS = 120.0  # a busy machine takes its time
BANK = ("-m", "config.prepare", "sandbox_bank")
# Threads, not forks: one process to kill or restart, and one small heap for two jobs that wait.
WORKER = (
    *("-m", "celery", "-A", "config", "worker", "--loglevel=WARNING"),
    *("--pool=threads", "--concurrency=2", f"--queues={','.join(QUEUES)}"),
    *("--without-gossip", "--without-mingle", "--without-heartbeat"),
)
BEAT = ("-m", "celery", "-A", "config", "beat", "--loglevel=WARNING", "--pidfile=")
WEB = (
    *("-m", "gunicorn", "config.wsgi", "--worker-class=gthread", "--workers=1", "--threads=8"),
    *("--graceful-timeout=10", "--no-control-socket", "--log-level=warning"),
)


class StackError(Exception):
    """The stack cannot start; the text says why and what to do."""


class Stack:
    """A running shop; leaving the context stops it. Its data folder stays.

    `set_up` are arguments of manage.py, run once the bank answers; in `environment` a value of
    None takes a variable away (DATABASE_URL, to be sure of SQLite).
    """

    def __init__(  # noqa: PLR0913  # each has a default that suits a throw-away shop
        self,
        data: Path,
        *,
        ports: tuple[int, int] | None = None,
        settings: str = "config.settings",
        bank_settings: str = "config.bank",
        environment: Mapping[str, str | None] | None = None,
        set_up: Sequence[Sequence[str]] = (("demo_setup",),),
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.data = data.resolve()
        self.settings, self.bank_settings = settings, bank_settings
        self.port, self.bank_port = ports or (free_port(), free_port())
        self._set_up = set_up
        self._say = say
        self._extra = environment or {}
        self._supervisor = Supervisor(logs=self.logs, say=say)
        self._held = ExitStack()

    @property
    def logs(self) -> Path:
        return self.data / "logs"

    @property
    def base_url(self) -> str:
        """Where shoppers find the shop."""
        return self.environment["TILL_BASE_URL"]

    @property
    def bank_url(self) -> str:
        return f"http://{HOST}:{self.bank_port}"

    @property
    def pids(self) -> dict[str, int]:
        """Process ids by name: bank, web, worker, beat."""
        return self._supervisor.pids()

    @property
    def admin_password(self) -> str:
        named = self.environment.get("TILL_ADMIN_PASSWORD")
        return named or (self.data / "admin_password").read_text("utf-8").strip()

    @property
    def environment(self) -> dict[str, str]:
        """The whole environment of the shop's processes."""
        base = {
            **os.environ,
            "TILL_BASE_URL": f"http://{HOST}:{self.port}",
            "TILL_DATA": str(self.data),
            "TILL_BANK_URL": self.bank_url,
            "DJANGO_SETTINGS_MODULE": self.settings,
            "PYTHONUNBUFFERED": "1",
            **self._extra,
        }
        return {name: value for name, value in base.items() if value is not None}

    @property
    def bank_environment(self) -> dict[str, str]:
        return {**self.environment, "DJANGO_SETTINGS_MODULE": self.bank_settings}

    def manage(self, *arguments: str) -> str:
        """Run a manage.py command against this shop; its output. Raises StackError."""
        return self._run(("manage.py", *arguments), self.environment)

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        self._supervisor.stop()
        self._held.close()

    def _start(self) -> None:
        self._check_ports()
        self._hold_data()
        self._say("Preparing the databases of the shop and of the sandbox bank …")
        bank = self._launch("bank", (*BANK, f"--port={self.bank_port}"), self.bank_environment)
        self._run(("-m", "config.prepare"), self.environment)
        self._wait(bank, f"{self.bank_url}/health/")
        self._say("Starting worker, beat and web …")
        self._launch("worker", WORKER, self.environment)
        self._launch("beat", BEAT, self.environment)
        web = self._launch("web", (*WEB, f"--bind={HOST}:{self.port}"), self.environment)
        for arguments in self._set_up:  # meanwhile
            self._say(f"Setting up the shop: {' '.join(arguments)} …")
            self.manage(*arguments)
        self._wait(web, f"http://{HOST}:{self.port}/")
        self._supervisor.watch()

    def _check_ports(self) -> None:
        for name, port, variable in (
            ("shop", self.port, "PORT"),
            ("sandbox bank", self.bank_port, "BANK_PORT"),
        ):
            if is_taken(port):
                raise StackError(
                    f"Port {port}, meant for the {name}, is taken by another program. "
                    f"Stop that, or choose another port: make demo {variable}={port + 1000}"
                )

    def _hold_data(self) -> None:
        """Two stacks over one folder would take each other's messages: the second is refused."""
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)  # it holds customers' addresses
        lock = self._held.enter_context((self.data / "lock").open("w"))
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StackError(
                f"A shop is running already on the data in {self.data}. "
                "Stop it, or name another folder: make demo TILL_DATA=/some/folder"
            ) from error
        for half_written in (self.data / "broker").glob("*/*.tmp"):
            half_written.unlink()

    def _launch(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> Child:
        return self._supervisor.start(Program(name, (sys.executable, *command), environment))

    def _wait(self, child: Child, url: str) -> None:
        if not wait_until_answers(url, seconds=START_SECONDS, alive=child.alive):
            raise StackError(
                f"{child.program.name} does not answer at {url}. Its last words:\n{child.tail()}"
            )

    def _run(self, command: Sequence[str], environment: Mapping[str, str]) -> str:
        done = subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise StackError((done.stderr or done.stdout).strip())
        return done.stdout
