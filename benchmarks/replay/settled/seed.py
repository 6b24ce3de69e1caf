"""Which faults the bank is to make: a seed by which it makes every kind it can."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from itertools import count, islice
from typing import Any, Final

from benchmarks.replay.settled.office import Fault, Office
from benchmarks.replay.settled.printed import rows_of
from payments.sandbox.reports.faults import MOST, OF_A_PAYOUT, Faults
from payments.sandbox.reports.faults import Fault as Kind

LEAST_SHARE: Final = 0.03
WANTED: Final = 60
"""So many faults in all, where the bank makes as many: of each kind some."""
MOST_ASKED: Final = 500
Told = Mapping[date, list[Fault]]


class NoSeed(Exception):
    """No seed was found by which the bank makes every kind; the message says what was tried."""


def choose(office: Office, true: Mapping[date, bytes]) -> Told:
    """Have the bank make every kind of fault in the reports of some days; says which ones."""
    lines = [row for report in true.values() for row in rows_of(report).values()]
    payouts = [row["id"] for row in lines if row["type"] == "payout"]
    share = min(MOST, max(LEAST_SHARE, WANTED / max(1, len(lines))))
    for seed in islice(_seeds(share, payouts), MOST_ASKED):
        wanted: dict[str, Any] = {"seed": seed, "share": share}
        office.want(wanted)
        told = {day: office.faults(day) for day in true}
        if {fault.kind for faults in told.values() for fault in faults} >= set(Kind):
            return told
    raise NoSeed(f"{MOST_ASKED} seeds make no report of {len(lines)} lines with every fault")


def _seeds(share: float, payouts: Collection[str]) -> Any:
    """Those by which payouts get both of their faults, which are the rarest."""
    for number in count():
        faults = Faults(f"replay-{number}", share)
        if {faults.of("payout", name) for name in payouts} >= set(OF_A_PAYOUT):
            yield faults.seed
