"""What came of the reports of a replay: its part of the JSON line, and every difference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from benchmarks.replay.settled.judge import Sums


class SettlingError(Exception):
    """The reports could not be gone through; the message says what was in the way."""


@dataclass(slots=True)
class Settled:
    """Counts of a reconciliation; `problems` are sentences, and any of them fails the run."""

    sums: Sums
    files: int = 0
    lines: int = 0
    faults: Mapping[str, int] = field(default_factory=dict)
    found: int = 0
    extra: int = 0
    healed: int = 0
    resolved: Mapping[str, int] = field(default_factory=dict)
    unresolved: int = 0
    problems: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        sums = self.sums
        return {
            "files": self.files,
            "lines": self.lines,
            "faults": dict(self.faults),
            "found": self.found,
            "extra": self.extra,
            "healed": self.healed,
            "resolved": dict(self.resolved),
            "unresolved": self.unresolved,
            "sold": _pounds(sums.sold),
            "refunded": _pounds(sums.refunded),
            "fees": f"{(sums.fees / 100).normalize():f}",
            "paid_out": _pounds(sums.paid_out),
            "closing": _pounds(sums.held),
            "bank_closing": _pounds(sums.bank_closing),
        }


def _pounds(pence: Decimal | int) -> str:
    return f"{Decimal(pence) / 100:.2f}"
