"""Closed-loop load: so many connections, each sending its next request after its last answer."""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

CONNECTIONS = 2  # one for each of the two sync workers: more would only queue

Journey = Iterator[None]
"""Yields once when it is ready to begin, then after each act that counts."""


@dataclass(frozen=True, slots=True)
class Load:
    """How often the act was done, in how many seconds."""

    done: int
    seconds: float


def drive(journeys: Sequence[Journey], *, seconds: float) -> Load:
    """Repeat every journey's act on a connection of its own until the time is up."""
    started = time.monotonic()
    with ThreadPoolExecutor(len(journeys)) as connections:
        done = connections.map(partial(_repeat, end=started + seconds), journeys)
        return Load(sum(done), time.monotonic() - started)


def make_ready(journeys: Sequence[Journey]) -> None:
    """Bring every journey to the point where its first act begins."""
    with ThreadPoolExecutor(len(journeys)) as connections:
        list(connections.map(next, journeys))


def _repeat(journey: Journey, end: float) -> int:
    done = 0
    while time.monotonic() < end:
        try:
            next(journey)
        except StopIteration:
            break
        done += 1
    return done
