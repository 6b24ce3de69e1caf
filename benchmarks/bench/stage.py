"""The shop as it is measured: PostgreSQL, Redis, two sync web workers, worker and bank."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event

from benchmarks.bench.meter import Meter, application
from benchmarks.bench.server import Server, ServerError, own_database
from config.ports import HOST, free_port, is_taken, wait_until_answers
from config.processes import ROOT, Child, Program, Supervisor
from config.stack import BANK, WORKER

WEB = (
    *("-m", "gunicorn", "config.wsgi", "--worker-class=sync", "--workers=2"),
    *("--no-control-socket", "--log-level=warning"),
)
START_SECONDS = 120.0
Environment = Mapping[str, str]


class StageError(Exception):
    """A part of the shop does not start; the text holds its last words."""


class Stage:
    """A running shop on a database of its own; made by `set_stage`."""

    def __init__(self, data: Path, database_url: str, say: Callable[[str], None]) -> None:
        self.port, self.bank_port, self.redis_port = free_port(), free_port(), free_port()
        self._data = data
        self._database_url = database_url
        self._supervisor = Supervisor(logs=data / "logs", say=say)

    def environment(self, name: str) -> dict[str, str]:
        """The environment of one process of the shop, or of the driver among them."""
        return {
            **{key: value for key, value in os.environ.items() if not key.startswith("TILL_")},
            "DATABASE_URL": self._database_url,
            "REDIS_URL": f"redis://{HOST}:{self.redis_port}/0",
            "BROKER_URL": "",
            "TILL_BASE_URL": f"http://{HOST}:{self.port}",
            "TILL_BANK_URL": f"http://{HOST}:{self.bank_port}",
            "TILL_DATA": str(self._data),
            "DJANGO_SETTINGS_MODULE": "benchmarks.bench.settings",
            "PGAPPNAME": application(name),
        }

    def start(self) -> None:
        self._launch_redis()
        bank = self.environment("bank") | {"DJANGO_SETTINGS_MODULE": "config.bank"}
        bank.pop("BANK_DATABASE_URL", None)
        child = self._launch("bank", (*BANK, f"--port={self.bank_port}"), bank)
        _run("-m", "config.prepare", environment=self.environment("driver"))
        _wait(child, f"http://{HOST}:{self.bank_port}/health/")
        _run("manage.py", "demo_setup", environment=self.environment("driver"))
        self._launch("worker", WORKER, self.environment("worker"))
        web = (*WEB, f"--bind={HOST}:{self.port}")
        child = self._launch("web", web, self.environment("web"))
        _wait(child, f"http://{HOST}:{self.port}/bench/empty/")

    def meter(self) -> Meter:
        pids = self._supervisor.pids()
        return Meter({name: pids[name] for name in ("web", "worker")}, self._database_url)

    @contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        """Nobody of this process group runs inside the block."""
        group = self._supervisor.pids()[name]
        os.killpg(group, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(group, signal.SIGCONT)

    def last_words(self) -> str:
        logs = sorted((self._data / "logs").glob("*.log"))
        return "\n".join(
            f"{log.stem} | {line}" for log in logs for line in log.read_text().splitlines()[-10:]
        )

    def stop(self) -> None:
        self._supervisor.stop()

    def _launch_redis(self) -> None:
        binary = shutil.which("redis-server")
        if not binary:
            raise ServerError(
                "The bench starts a Redis of its own, and redis-server is not installed "
                "(Debian: apt install redis-server)."
            )
        command = (binary, "--port", str(self.redis_port), "--bind", HOST, "--save", "")
        redis = self._supervisor.start(Program("redis", command, {**os.environ}))
        if not until(lambda: is_taken(self.redis_port), seconds=START_SECONDS):
            raise StageError(f"Redis does not start. Its last words:\n{redis.tail()}")

    def _launch(self, name: str, command: tuple[str, ...], environment: Environment) -> Child:
        return self._supervisor.start(Program(name, (sys.executable, *command), environment))


def _wait(child: Child, url: str) -> None:
    if not wait_until_answers(url, seconds=START_SECONDS, alive=child.alive):
        name = child.program.name
        raise StageError(f"{name} does not answer at {url}. Its last words:\n{child.tail()}")


def until(condition: Callable[[], object], *, seconds: float) -> bool:
    """Look again until the condition holds; False when it did not in time."""
    end, pause = time.monotonic() + seconds, Event()
    while not condition():
        if time.monotonic() > end:
            return False
        pause.wait(0.02)
    return True


def _run(*command: str, environment: Environment) -> None:
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
        raise StageError((done.stderr or done.stdout).strip())


@contextmanager
def set_stage(server: Server, say: Callable[[str], None]) -> Iterator[Stage]:
    """A running shop in a throw-away folder and database."""
    with ExitStack() as held:
        data = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="till-bench-")))
        database_url = held.enter_context(own_database(server))
        stage = Stage(data, database_url, say)
        held.callback(stage.stop)
        stage.start()
        yield stage
