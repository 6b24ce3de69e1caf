"""One round: both references and every figure once, each by what an act costs."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from benchmarks.bench.figures import FIGURES, REFERENCES, Figure
from benchmarks.bench.inhabit import all_is_done, forget_events
from benchmarks.bench.journeys import Town
from benchmarks.bench.load import CONNECTIONS, drive, make_ready
from benchmarks.bench.meter import Meter
from benchmarks.bench.stage import Stage, StageError, until

PATIENCE_SECONDS = 60.0
WARM_UP_SECONDS = 1.0
LAPS = 4


@dataclass(frozen=True, slots=True)
class Cost:
    """So many acts, and the seconds they took: of processors, and on the clock."""

    done: int = 0
    web_seconds: float = 0.0
    worker_seconds: float = 0.0
    wall_seconds: float = 0.0

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(
            self.done + other.done,
            self.web_seconds + other.web_seconds,
            self.worker_seconds + other.worker_seconds,
            self.wall_seconds + other.wall_seconds,
        )

    @property
    def web(self) -> float:
        """Processor seconds of an act in the web workers and their backends."""
        return self.web_seconds / self.done

    @property
    def whole(self) -> float:
        """The same with the worker's."""
        return (self.web_seconds + self.worker_seconds) / self.done

    @property
    def wall(self) -> float:
        """Seconds on the clock between two acts."""
        return self.wall_seconds / self.done


@dataclass(frozen=True, slots=True)
class Scene:
    """What a measurement needs at hand."""

    stage: Stage
    town: Town
    meter: Meter
    say: Callable[[str], None]


def warm_up(scene: Scene, figures: Sequence[Figure]) -> None:
    """Let every process load what it loads once."""
    for figure in (*REFERENCES, *figures):
        _measure(scene, figure, min(figure.seconds, WARM_UP_SECONDS))


def one_round(scene: Scene, figures: Sequence[Figure]) -> dict[str, Cost]:
    """The cost of each figure by name, and of both references.

    A round is some laps, each past all of them: whatever else the machine does meanwhile
    falls on every figure and on the reference alike.
    """
    costs: dict[str, Cost] = defaultdict(Cost)
    for _ in range(LAPS):
        for figure in (*REFERENCES, *figures):
            costs[figure.name] += _measure(scene, figure, figure.seconds)
    for name, cost in costs.items():
        scene.say(
            f"  {name:22} {cost.done:6} acts, {1 / cost.wall:7.1f} a second; CPU ms an act: "
            f"web {cost.web * 1000:7.2f}, with worker {cost.whole * 1000:7.2f}"
        )
    return dict(costs)


def chosen(names: Sequence[str]) -> tuple[Figure, ...]:
    """The figures of these names; all where none is named."""
    return tuple(figure for figure in FIGURES if wanted(figure.name, names))


def wanted(name: str, names: Sequence[str]) -> bool:
    return not names or name in names


def _measure(scene: Scene, figure: Figure, seconds: float) -> Cost:
    journeys = [figure.journey(scene.town) for _ in range(CONNECTIONS)]
    with ExitStack() as held:
        if not figure.wakes_worker:
            held.enter_context(scene.stage.frozen("worker"))
            held.callback(forget_events, scene.stage)
        make_ready(journeys)
        before = scene.meter.read()
        load = drive(journeys, seconds=seconds)
        if figure.wakes_worker and not until(all_is_done, seconds=PATIENCE_SECONDS):
            raise StageError(f"the worker was not done after {PATIENCE_SECONDS:.0f} s")
        used = scene.meter.read().since(before)
    return Cost(load.done, used.web, used.worker, load.seconds)
