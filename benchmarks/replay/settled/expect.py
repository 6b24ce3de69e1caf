"""What must be found of the faults that were put in, and nothing else; pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Final, NamedTuple

from benchmarks.replay.settled.office import Fault
from benchmarks.replay.settled.printed import Row

OF_A_LINE: Final = ("fee", "unparseable_line", "wrong_account_or_mode")
OF_A_PAYOUT: Final = ("payout_total", "bank_total")
LEFT_OUT: Final = ("missing_in_provider", "timing")
Found = tuple[str, str]
"""The subject of a discrepancy, and its kind."""


class Printed(NamedTuple):
    """A report with faults as it came in: the number that it has with us, and its lines."""

    file: int
    rows: Mapping[int, Row]


def expected(
    faults: Mapping[date, list[Fault]],
    printed: Mapping[date, Printed],
    true: Mapping[str, Row],
) -> list[Found]:
    """What must be found, one for each fault; `true` are the lines without faults, by their id."""
    return [
        (_subject(fault, printed[day], true), fault.kind)
        for day, told in faults.items()
        for fault in told
    ]


def _subject(fault: Fault, printed: Printed, true: Mapping[str, Row]) -> str:
    if fault.kind in OF_A_LINE:
        return f"line:{printed.file}:{fault.line}"
    if fault.kind in OF_A_PAYOUT:
        return f"{fault.kind}:{fault.id}:{true[fault.id]['currency']}"
    row = true[fault.id] if fault.line is None else printed.rows[fault.line]
    return f"{row['type']}:{row['reference']}"


def differences(wanted: Collection[Found], found: Collection[Found]) -> list[str]:
    """A sentence for each that is not found, and for each that nobody put in."""
    missed = sorted(set(wanted) - set(found))
    return [
        *(f"put in, but not found: {kind} of {subject}" for subject, kind in missed),
        *(
            f"found, but never put in: {kind} of {subject}"
            for subject, kind in extra(wanted, found)
        ),
    ]


def extra(wanted: Collection[Found], found: Collection[Found]) -> list[Found]:
    """What is found and nobody put in. What is missing for good was only late at first."""
    late = {(subject, "timing") for subject, kind in wanted if kind in LEFT_OUT}
    return sorted(set(found) - set(wanted) - late)
