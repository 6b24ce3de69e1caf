"""The JSON line of a replay, and the verdict in it."""

import json
from dataclasses import dataclass, field
from decimal import Decimal

from benchmarks.replay.buckets import Bucket
from benchmarks.replay.compare import Booked
from benchmarks.replay.memory import MemoryWatch
from benchmarks.replay.plan import Plan
from benchmarks.replay.settled.outcome import Settled

MOST_GROWTH = 1.2
"""Web and worker at the end may hold so many times what they held after the 200th order."""
_WATCHED = ("web", "worker")


@dataclass(frozen=True, slots=True)
class Report:
    """What a run did, what the database says, and what of it nobody can explain."""

    plan: Plan
    booked: list[Booked]
    faults: list[str]
    missing: list[str]
    memory: MemoryWatch
    seconds: float
    ledger: list[str] = field(default_factory=list)
    settled: Settled | None = None

    @property
    def growth(self) -> dict[str, float]:
        """Size at the end over size when warm, by process; empty for a short run."""
        warm, end = self.memory.moments.get("warm"), self.memory.moments.get("end")
        if not warm or not end:
            return {}
        return {name: round(end[name] / warm[name], 3) for name in _WATCHED}

    @property
    def problems(self) -> list[str]:
        """Every reason to fail."""
        growth = [
            f"{name} holds {ratio} times the memory it held when warm, more than {MOST_GROWTH}"
            for name, ratio in self.growth.items()
            if ratio > MOST_GROWTH
        ]
        stalled = [f"the shop stood still; missing: {what}" for what in self.missing]
        settled = self.settled.problems if self.settled else []
        return stalled + self.faults + settled + self.ledger + growth

    def as_json(self) -> str:
        plan, moments = self.plan, self.memory.moments
        return json.dumps(
            {
                "invoices": len(plan.invoices),
                "orders": len(self.booked),
                "guests": plan.guests,
                "refunds": len(plan.refunds),
                "sold": _pounds(sum(order.captured for order in self.booked)),
                "refunded": _pounds(sum(order.refunded for order in self.booked)),
                "lines": {bucket: plan.counts[bucket] for bucket in Bucket},
                "sums": {bucket: _written(plan.sums[bucket]) for bucket in Bucket},
                "countries": dict(plan.stand_ins),
                "seconds": round(self.seconds, 1),
                "peak_mb": round(self.memory.peak_mb, 1),
                "memory_mb": {
                    moment: {name: round(size, 1) for name, size in sizes.items()}
                    for moment, sizes in moments.items()
                },
                "memory_ratio": max(self.growth.values(), default=None),
                "unexplained": len(self.faults),
                "ledger_faults": len(self.ledger),
            }
            | ({"reconciled": self.settled.as_dict()} if self.settled else {})
        )


def _pounds(pence: int) -> str:
    return f"{Decimal(pence) / 100:.2f}"


def _written(amount: Decimal) -> str:
    """Two decimals, or as many as the files have."""
    return f"{amount:.2f}" if amount == round(amount, 2) else f"{amount.normalize():f}"
