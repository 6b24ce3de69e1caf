"""A Celery worker as a process group of its own, so that it can be killed whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


class Worker:
    """Started at once; its log stays when it is gone."""

    def __init__(self, app: str, *flags: str, log: Path, environment: Mapping[str, str]) -> None:
        self.log = log
        quiet = ("--without-gossip", "--without-mingle", "--loglevel=INFO")
        command = [sys.executable, "-m", "celery", "-A", app, "worker", *quiet, *flags]
        with log.open("ab") as written:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=written,
                process_group=0,
            )

    def kill(self) -> None:
        """SIGKILL to everyone of the group: nobody can say a last word."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def ask_to_stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    @property
    def said(self) -> str:
        return self.log.read_text("utf-8", "replace")
