"""Who comes in a chaos run, and when, by a clock that jumps."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from benchmarks.chaos.clock import START, Clock
from benchmarks.chaos.plan import Errand, make_plan
from benchmarks.chaos.scheduler import Scheduler
from benchmarks.chaos.shoppers import arrivals


def test_a_jump_of_the_clock_does_not_bring_everybody_at_once(tmp_path: Path) -> None:
    clock = Clock(tmp_path / "clock")
    scheduler, came = Scheduler(clock, 1), list[float]()

    def arrive(_errand: Errand) -> None:
        came.append((clock.now() - START).total_seconds())
        if len(came) == 1:
            clock.move_on(timedelta(hours=4))

    scheduler.start(arrivals(make_plan("one", 0, 9), arrive))
    while scheduler.next_moment():
        scheduler.release()

    assert came == sorted(set(came))
