"""Many at once, each in a thread and on a connection of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection


def at_once(count: int, act: Callable[[int], object]) -> list[object]:
    """Run act(0), act(1), … in as many threads, released together; their answers in order."""
    gate = Barrier(count)

    def one(number: int) -> object:
        try:
            gate.wait(timeout=30)
            return act(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(one, range(count)))


def all_at_once(*acts: Callable[[], object]) -> list[object]:
    """Run each act in a thread of its own, released together; their answers in order."""
    return at_once(len(acts), lambda number: acts[number]())
