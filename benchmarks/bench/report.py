"""What the rounds come to: medians of ratios, a table to read and one line of JSON."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from statistics import median

from benchmarks.bench.figures import EMPTY, REFERENCE
from benchmarks.bench.rounds import Cost


@dataclass(slots=True)
class Report:
    """Rounds of costs by name."""

    rounds: list[Mapping[str, Cost]] = field(default_factory=list)
    statements: dict[str, dict[str, int]] = field(default_factory=dict)
    events: list[float] = field(default_factory=list)
    tick: float | None = None
    memory: float | None = None
    peak_mb: Mapping[str, float] = field(default_factory=dict)

    def ratio(self, name: str, reference: str = REFERENCE) -> float:
        """The reference's processor time over the act's, web only."""
        return self._median(lambda round_: round_[reference].web / round_[name].web)

    def ratio_whole(self, name: str) -> float:
        """The same with what the worker used."""
        return self._median(lambda round_: round_[REFERENCE].whole / round_[name].whole)

    def ratio_wall(self, name: str) -> float:
        """Acts a second over the reference's; bank, broker and driver share the processors."""
        return self._median(lambda round_: round_[REFERENCE].wall / round_[name].wall)

    def names(self) -> list[str]:
        measured = self.rounds[0] if self.rounds else ()
        return [name for name in measured if name not in {EMPTY, REFERENCE}]

    def as_json(self) -> str:
        line: dict[str, dict[str, float]] = {}
        for name in self.names():
            figures: dict[str, float] = {"ratio": round(self.ratio(name), 3)}
            if name == "guest_purchase":
                figures["ratio_whole"] = round(self.ratio_whole(name), 4)
            line[name] = figures | self.statements.get(name, {})
        if self.events:
            line["worker_events"] = {"ratio": round(median(self.events), 3)}
        if self.tick is not None:
            line["poll_tick"] = {"ratio": round(self.tick, 3)}
        if self.memory is not None:
            line["worker_memory"] = {"ratio": round(self.memory, 3)}
        return json.dumps(line)

    def table(self) -> Iterator[str]:
        yield f"{'figure':22} {'ratio':>7} {'to empty':>9} {'by clock':>9}  statements"
        for name in self.names():
            counts = ", ".join(f"{v} {k}" for k, v in self.statements.get(name, {}).items())
            yield (
                f"{name:22} {self.ratio(name):7.3f} {self.ratio(name, EMPTY):9.3f} "
                f"{self.ratio_wall(name):9.3f}  {counts}"
            )
        if self.events:
            yield f"{'worker_events':22} {median(self.events):7.3f}"
        if self.tick is not None:
            yield f"{'poll_tick':22} {self.tick:7.3f}"
        if self.memory is not None:
            yield f"{'worker_memory':22} {self.memory:7.3f}"
        sizes = ", ".join(f"{name} {size:.0f} MB" for name, size in self.peak_mb.items())
        yield f"peak memory: {sizes}"

    def _median(self, of: Callable[[Mapping[str, Cost]], float]) -> float:
        return median(of(round_) for round_ in self.rounds)
