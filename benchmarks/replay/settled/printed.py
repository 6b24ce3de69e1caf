"""A settlement report as it is printed, read by plain csv: its lines by number, and its balance."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

HEAD: Final = "#"
CLOSING: Final = "#closing"
COUNT: Final = "#lines"
Row = dict[str, str]


def rows_of(report: bytes) -> Mapping[int, Row]:
    """The lines with their numbers in the file, as text by column."""
    names: list[str] = []
    rows: dict[int, Row] = {}
    for number, cells in enumerate(csv.reader(report.decode().splitlines()), start=1):
        if cells[0].startswith(HEAD):
            continue
        if not names:
            names = cells
        else:
            rows[number] = dict(zip(names, cells, strict=True))
    return rows


def closing_of(report: bytes, currency: str) -> Decimal:
    """What the bank says it owes at the end, in minor units; zero where it does not say."""
    for cells in csv.reader(report.decode().splitlines()):
        if cells[:2] == [CLOSING, currency]:
            return Decimal(cells[2])
    return Decimal(0)


def without_a_capture(report: bytes) -> bytes:
    """The same report with one line less, which it does not know of: a person's slip, or worse."""
    number = next(no for no, row in rows_of(report).items() if row["type"] == "capture")
    lines = report.decode().splitlines(keepends=True)
    del lines[number - 1]
    count = len(rows_of(report)) - 1
    return "".join(
        f"{COUNT},{count}\n" if line.startswith(COUNT) else line for line in lines
    ).encode()
