"""The bank's settlement report: a head, lines as CSV, and an end without which it is not whole."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from payments.providers.cause import Cause
from payments.providers.columns import UNREADABLE
from payments.providers.head import CLOSING, OPENING, Balances, Head, balance_of, cells_of
from payments.providers.reports import BadLine, ReportHeader, ReportLine, ReportRefused
from payments.providers.sandbox.columns import NAMES, read_rows, why_not
from payments.providers.table import BLANK, Layout, bad, layout_of

TITLE: Final = "#Sandbox settlement report"
LINES: Final = "#lines"
AT_ONCE: Final = 64
"""Lines read together, as columns: more are not faster, and would be read again for a bad one."""


def parse_report(text: Iterator[str]) -> SandboxReport:
    """Read the head of a report; raises ReportRefused on what is none."""
    opening, closing = Balances(), Balances()
    head = Head(TITLE, {OPENING: opening})
    for number, line in enumerate(text, start=1):
        if not line.startswith("#"):
            header = head.ended(number, opening, closing)
            return SandboxReport(text, header, layout_of(line, number, NAMES), closing, number)
        head.add(line, number)
    raise ReportRefused("The file breaks off before its first line", head.number or None)


@dataclass(slots=True)
class SandboxReport:
    """A report that is being read; `closing` is that of its header, and filled by its end."""

    text: Iterator[str]
    header: ReportHeader
    layout: Layout
    closing: Balances
    number: int
    """Of the last line that was read."""
    count: int = 0
    whole: bool = False

    def lines(self) -> Iterator[ReportLine | BadLine]:
        while batch := list(islice(self.text, AT_ONCE)):
            first = self.number + 1
            self.number += len(batch)
            yield from self._read(batch, first)
        if not self.whole:
            raise ReportRefused(
                "The file breaks off: it has no end (%(word)s)", self.number, word=LINES
            )

    def _read(self, batch: list[str], first: int) -> Iterator[ReportLine | BadLine]:
        try:
            made = read_rows(self.layout.rows(batch), first)
        except (csv.Error, *UNREADABLE):
            yield from self._halves(batch, first)
            return
        if self.whole or self.closing:
            raise ReportRefused("There is more after the end", first)
        self.count += len(made)
        yield from made

    def _halves(self, batch: list[str], first: int) -> Iterator[ReportLine | BadLine]:
        """Read what cannot be read as one, down to the line that does not fit."""
        if half := len(batch) // 2:
            yield from self._read(batch[:half], first)
            yield from self._read(batch[half:], first + half)
        elif not self._is_of_the_end(batch[0], first):
            self.count += 1
            yield self._line(batch[0], first)

    def _is_of_the_end(self, line: str, number: int) -> bool:
        """Whether it is a line of the end, which is then noted; raises ReportRefused."""
        if self.whole:
            if line.strip(BLANK):
                raise ReportRefused("There is more after the end", number)
            return True
        cells = cells_of(line)
        if cells[0] == CLOSING:
            currency, balance = balance_of(cells, self.closing, number)
            self.closing[currency] = balance
        elif cells[0] == LINES:
            self._end(cells, number)
        elif self.closing:
            raise ReportRefused("There is a line after the closing balances", number)
        else:
            return False
        return True

    def _end(self, cells: list[str], number: int) -> None:
        if cells != [LINES, str(self.count)]:
            said = ",".join(cells[1:])
            raise ReportRefused(
                "The file breaks off: it has %(count)s lines, and says “%(said)s”",
                number,
                count=self.count,
                said=said,
            )
        if self.closing.keys() != self.header.opening.keys():
            raise ReportRefused("The closing balances have other currencies than before", number)
        self.whole = True

    def _line(self, line: str, number: int) -> ReportLine | BadLine:
        row = self.layout.row(line)
        if isinstance(row, Cause):
            return bad(line, number, row)
        try:
            return read_rows([row], number)[0]
        except UNREADABLE:
            return bad(line, number, why_not(row))
