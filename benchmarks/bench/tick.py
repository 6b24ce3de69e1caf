"""The sweep over attempts that are due: what a thousand of them cost, however many are not.

A tick claims them, asks the bank about each, which knows none of them, and books that.
Import it with Django set up.
"""

import time
from dataclasses import dataclass

from benchmarks.bench.attempts import make_due, open_many
from benchmarks.bench.rounds import Scene
from payments.services.poll import poll_due

DUE, FEW, MANY = 1_000, 10_000, 1_000_000


@dataclass(frozen=True, slots=True)
class Ticks:
    """Processor seconds for the same thousand among few and among many."""

    few: float
    many: float

    @property
    def ratio(self) -> float:
        return self.many / self.few


def measure_tick(scene: Scene) -> Ticks:
    """Sweep among ten thousand attempts, then among a million."""
    with scene.stage.frozen("worker"):
        scene.say(f"poll_tick: a thousand due among {FEW:,} …")
        open_many(FEW)
        few = _tick(scene)
        scene.say(f"poll_tick: the same among {MANY:,}, after about a minute of writing them …")
        open_many(MANY - FEW)
        many = _tick(scene)
    return Ticks(few, many)


def _tick(scene: Scene) -> float:
    make_due(DUE)
    started, before = time.monotonic(), scene.meter.driver()
    while poll_due():
        pass
    used = scene.meter.driver() - before
    scene.say(f"  {used:.2f} s of processors, {time.monotonic() - started:.2f} s by the clock")
    return used
