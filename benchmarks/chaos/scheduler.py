"""Releases one action at a time, in the order of the run's clock."""

from __future__ import annotations

import threading
from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from heapq import heappop, heappush

from benchmarks.chaos.clock import Clock

Actor = Generator[float]
"""Somebody who acts, and says after each act how many seconds later the next one comes."""


class Scheduler:
    """With one lane the order of all acts is fixed by their moments; with more it is not."""

    def __init__(self, clock: Clock, lanes: int) -> None:
        self._clock = clock
        self.lanes = lanes
        self._heap: list[tuple[datetime, int, Actor]] = []
        self._numbers = 0
        self._lock = threading.RLock()
        self._pool = ThreadPoolExecutor(lanes) if lanes > 1 else None
        self._free = threading.Semaphore(lanes)
        self.flying: set[Future[None]] = set()

    def start(self, actor: Actor, *, after: float = 0.0) -> None:
        with self._lock:
            self._numbers += 1
            moment = self._clock.now() + timedelta(seconds=after)
            heappush(self._heap, (moment, self._numbers, actor))

    def next_moment(self) -> datetime | None:
        with self._lock:
            return self._heap[0][0] if self._heap else None

    def release(self) -> None:
        """Let the next act happen; with several lanes it may be under way on return."""
        with self._lock:
            moment, _, actor = heappop(self._heap)
            self._clock.move_to(moment)
        if self._pool is None:
            self._act(actor)
            return
        self._free.acquire()
        flight = self._pool.submit(self._fly, actor)
        self.flying.add(flight)
        self._land()

    def settle(self) -> None:
        """Wait until nothing is under way."""
        for flight in list(self.flying):
            flight.result()
        self.flying.clear()

    def _fly(self, actor: Actor) -> None:
        try:
            self._act(actor)
        finally:
            self._free.release()

    def _land(self) -> None:
        for flight in [each for each in self.flying if each.done()]:
            flight.result()
            self.flying.discard(flight)

    def _act(self, actor: Actor) -> None:
        try:
            delay = next(actor)
        except StopIteration:
            return
        self.start(actor, after=delay)
