"""A worker: runs one task after the other, as it is told. Import it with Django set up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from typing import Any

from django.db import close_old_connections
from kombu.simple import SimpleQueue

from benchmarks.chaos.inside import errands
from benchmarks.chaos.inside.doom import doom
from config.celery import app

Answer = dict[str, Any]


def work(line: Connection) -> None:
    """Do what the line asks for, until it is dead."""
    while True:
        try:
            verb, arguments = line.recv()
        except EOFError:
            return
        close_old_connections()  # as Celery does before and after each task
        line.send(("done", _tried(VERBS[verb], arguments)))
        close_old_connections()


def _tried(do: Callable[..., Answer], arguments: Answer) -> Answer:
    strikes, where = arguments.pop("strikes", ()), arguments.pop("where", "")
    doom.arm(strikes, where, arguments.pop("spared", ()))
    try:
        return do(**arguments)
    except Exception as error:  # noqa: BLE001  # whoever asked judges it
        return {"error": f"{type(error).__name__}: {error}"[:300]}
    finally:
        doom.arm(())


def _task(name: str) -> Answer:
    app.tasks[name]()
    return {}


def _message(queues: Sequence[str]) -> Answer:
    """Take one message of the first queue that has one, and run its task."""
    for name in queues:
        queue = _queue(name)
        try:
            message = queue.get_nowait()
        except queue.Empty:
            continue
        message.ack()
        return _task(message.headers["task"])
    return {}


_queues: dict[str, SimpleQueue] = {}


def _queue(name: str) -> SimpleQueue:
    if name not in _queues:
        _queues[name] = app.connection_for_read().SimpleQueue(name)
    return _queues[name]


VERBS: dict[str, Callable[..., Answer]] = {
    "task": _task,
    "message": _message,
    "set_up": errands.set_up,
    "due": errands.due,
    "find": errands.find,
    "rows": errands.rows,
}
