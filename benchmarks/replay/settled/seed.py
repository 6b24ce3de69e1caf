"""Which faults the bank is to make: a seed by which it makes every kind it can."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from itertools import count, islice
from typing import Any, Final

from benchmarks.replay.settled.expect import LEFT_OUT, OF_A_LINE, OF_A_PAYOUT
from benchmarks.replay.settled.office import Fault, Office
from benchmarks.replay.settled.outcome import SettlingError
from benchmarks.replay.settled.printed import rows_of

OF_OTHERS: Final = ("missing_in_ledger", "amount", "currency", "duplicate_in_provider")
KINDS: Final = frozenset({*LEFT_OUT, *OF_A_LINE, *OF_A_PAYOUT, *OF_OTHERS})
LEAST_SHARE, MOST_SHARE = 0.03, 0.2
WANTED: Final = 60
"""So many faults in all, where the bank makes as many: of each kind some."""
MOST_ASKED: Final = 500
Told = Mapping[date, list[Fault]]


def choose(office: Office, true: Mapping[date, bytes]) -> Told:
    """Have the bank make every kind of fault in the reports of some days; says which ones."""
    lines = [row for report in true.values() for row in rows_of(report).values()]
    payouts = [row["id"] for row in lines if row["type"] == "payout"]
    share = min(MOST_SHARE, max(LEAST_SHARE, WANTED / max(1, len(lines))))
    for seed in islice(_seeds(share, payouts), MOST_ASKED):
        wanted: dict[str, Any] = {"seed": seed, "share": share}
        office.want(wanted)
        told = {day: office.faults(day) for day in true}
        if {fault.kind for faults in told.values() for fault in faults} >= KINDS:
            return told
    raise SettlingError(f"{MOST_ASKED} seeds make no report of {len(lines)} lines with every fault")


def _seeds(share: float, payouts: Collection[str]) -> Iterator[str]:
    """Those by which payouts get both of their faults, the rarest: the bank is asked about few."""
    if len(payouts) < len(OF_A_PAYOUT):
        raise SettlingError(f"{len(payouts)} payouts cannot have both of their faults")
    for number in count():
        seed = f"replay-{number}"
        lots = (_lot(f"{seed}:payout:{name}") for name in payouts)
        drawn = {lot >> 32 & 1 for lot in lots if lot % 2**32 < share * 2**32}
        if len(drawn) == len(OF_A_PAYOUT):
            yield seed


def _lot(text: str) -> int:
    """As the bank draws them; it has the last word on what it made."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])
