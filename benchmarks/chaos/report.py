"""The one line of JSON that says how it went."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass

from benchmarks.chaos.faults import KINDS, Kind, Tally, missing
from benchmarks.chaos.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Report:
    """`seen` are problems of the run itself, such as a page with an error."""

    checkouts: int
    tally: Tally
    verdict: Verdict
    seen: list[str]
    seconds: float
    kinds: Collection[Kind] = KINDS

    @property
    def problems(self) -> list[str]:
        never = [f"fault {kind} never took effect" for kind in missing(self.tally, self.kinds)]
        return [*self.seen, *self.verdict.problems, *never]

    def as_json(self) -> str:
        told = {
            "ok": not self.problems,
            "checkouts": self.checkouts,
            "faults": {kind.value: self.tally[kind] for kind in self.kinds},
            "reviews": dict(sorted(self.verdict.reviews.items())),
            "charged_twice": len(self.verdict.charged_twice),
            "lost": len(self.verdict.lost),
            "ledger_difference": self.verdict.ledger_difference,
            "stuck": len(self.verdict.stuck),
            "seconds": round(self.seconds, 1),
        }
        return json.dumps(told if not self.problems else told | {"problems": len(self.problems)})
