"""The warm parent: loads the shop once, then forks its processes as often as they are killed."""

from __future__ import annotations

import gc
import os
import random
import signal
import socket
import sys
from functools import partial
from multiprocessing.connection import Client, Connection
from pathlib import Path

import django

from benchmarks.chaos.clock import Clock
from benchmarks.chaos.faults import Strike
from benchmarks.chaos.inside.doom import doom
from benchmarks.chaos.inside.transport import lay_wire

YOUNG_OBJECTS = 20_000


def main(meeting: str, clock: str, port: str, mistake: str) -> None:  # noqa: PLR0917  # a command line
    """Meet the run at a Unix socket, and fork whoever it asks for by role."""
    door = socket.create_server(("127.0.0.1", int(port)), backlog=64)
    django.setup()
    _prepare(Clock(Path(clock)), mistake)
    line = Client(meeting)
    line.send("nursery")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # who was killed leaves no zombie
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 50, 50)  # nobody lives long enough to be full of garbage
    while True:
        try:
            role, seed = line.recv()
        except EOFError:
            return
        if os.fork() == 0:
            line.close()
            random.seed(seed)
            _live(role, Client(meeting), door)


def _prepare(clock: Clock, mistake: str) -> None:
    """Load what every child needs, and leave no connection open that they would share."""
    from django.core.management import call_command  # noqa: PLC0415  # Django is set up by now
    from django.db import connections  # noqa: PLC0415  # Django is set up by now

    from benchmarks.chaos import planted  # noqa: PLC0415  # Django is set up by now
    from benchmarks.chaos.inside import web, worker  # noqa: F401, PLC0415  # loaded before the fork, for every child
    from benchmarks.chaos.inside.warm import set_clock, warm_up  # noqa: PLC0415  # Django is set up by now

    lay_wire()
    set_clock(clock)
    call_command("migrate", interactive=False, verbosity=0)
    warm_up()
    if mistake:
        planted.BUGS[mistake]()
    connections.close_all()


def _live(role: str, line: Connection, door: socket.socket) -> None:
    from benchmarks.chaos.inside.web import serve  # noqa: PLC0415  # Django is set up by now
    from benchmarks.chaos.inside.worker import work  # noqa: PLC0415  # Django is set up by now

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    doom.told_by(partial(_tell if role == "web" else _tell_and_wait, line))
    line.send(role)
    try:
        if role == "web":
            serve(line, door)
        else:
            work(line)
    finally:
        os._exit(0)


def _tell(line: Connection, way: Strike, key: str) -> None:
    line.send(("struck", (way.value, key)))


def _tell_and_wait(line: Connection, way: Strike, key: str) -> None:
    """A worker goes on once it was heard: with a time-out the clock moves, for it as well."""
    _tell(line, way, key)
    line.recv()


if __name__ == "__main__":
    main(*sys.argv[1:])
