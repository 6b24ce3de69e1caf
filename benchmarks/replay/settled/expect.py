"""What must be found of the faults that were put in, and nothing else; pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Final

from benchmarks.replay.settled.office import Fault
from benchmarks.replay.settled.printed import Row

OF_A_LINE: Final = ("fee", "unparseable_line", "wrong_account_or_mode")
OF_A_PAYOUT: Final = ("payout_total", "bank_total")
LEFT_OUT: Final = ("missing_in_provider", "timing")
Found = tuple[str, str]
"""The subject of a discrepancy, and its kind."""


def expected(
    faults: Mapping[date, list[Fault]],
    printed: Mapping[date, tuple[int, Mapping[int, Row]]],
    true: Mapping[str, Row],
) -> list[Found]:
    """One for each fault; `printed`: by day, the number of the file and its lines, `true` by id."""
    return [
        (_subject(fault, *printed[day], true), fault.kind)
        for day, told in faults.items()
        for fault in told
    ]


def _subject(fault: Fault, file: int, rows: Mapping[int, Row], true: Mapping[str, Row]) -> str:
    if fault.kind in OF_A_LINE:
        return f"line:{file}:{fault.line}"
    if fault.kind in OF_A_PAYOUT:
        return f"{fault.kind}:{fault.id}:{true[fault.id]['currency']}"
    row = true[fault.id] if fault.line is None else rows[fault.line]
    return f"{row['type']}:{row['reference']}"


def differences(wanted: Collection[Found], found: Collection[Found]) -> tuple[list[str], int]:
    """A sentence for each that is not found, and for each that nobody put in; how many those are.

    What is missing for good was late before.
    """
    may_be = set(wanted) | {(subject, "timing") for subject, kind in wanted if kind in LEFT_OUT}
    extra = sorted(set(found) - may_be)
    return [*_missed(wanted, found), *(f"found, but never put in: {_name(e)}" for e in extra)], len(
        extra
    )


def _missed(wanted: Collection[Found], found: Collection[Found]) -> Iterator[str]:
    for each in sorted(set(wanted) - set(found)):
        yield f"put in, but not found: {_name(each)}"


def _name(found: Found) -> str:
    return f"{found[1]} of {found[0]}"
