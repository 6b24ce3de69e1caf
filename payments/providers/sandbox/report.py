"""The bank's settlement report: a head, lines as CSV, and an end without which it is not whole."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from operator import itemgetter
from typing import Final

from payments.providers.cause import Cause, because, printable
from payments.providers.currencies import CURRENCIES
from payments.providers.reports import BadLine, ReportHeader, ReportLine, ReportRefused
from payments.providers.sandbox.columns import NAMES, UNREADABLE, read_rows, whole, why_not

TITLE: Final = "#Sandbox settlement report"
MERCHANT, MODE, PERIOD = "#merchant_id", "#mode", "#period"
OPENING, CLOSING, LINES = "#opening", "#closing", "#lines"
DELIMITERS: Final = ",;\t"
BLANK: Final = DELIMITERS + " \r\n"
AT_ONCE: Final = 64
"""Lines read together, as columns: more are not faster, and would be read again for a bad one."""
LONGEST_HEAD: Final = 1000
LONGEST_WORDS: Final = 4000
"""Characters of a line of the head or end."""
DAY: Final = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


def parse_report(text: Iterator[str]) -> SandboxReport:
    """Read the head of a report; raises ReportRefused on what is none."""
    head = _Head()
    for number, line in enumerate(text, start=1):
        if not line.startswith("#"):
            closing: dict[str, int] = {}
            header, layout = head.ended(number, closing), _layout(line, number)
            return SandboxReport(text, header, layout, closing, number)
        head.add(line, number)
    raise ReportRefused("The file breaks off before its first line", head.number or None)


@dataclass(frozen=True, slots=True)
class Layout:
    """How the cells of a line are told apart, and which of them are our columns."""

    delimiter: str
    width: int
    pick: Callable[[Sequence[str]], Sequence[str]] | None
    """None: they are our columns, in our order."""

    def rows(self, lines: Sequence[str]) -> list[Sequence[str]]:
        """One row for each line; raises csv.Error or ValueError where that is not so."""
        rows = list(csv.reader(lines, delimiter=self.delimiter, strict=True))
        if len(rows) != len(lines):
            raise csv.Error("a cell with a line break")
        if self.pick is None:
            return list[Sequence[str]](rows)
        if any(len(row) != self.width for row in rows):
            raise ValueError(rows)
        return list(map(self.pick, rows))


@dataclass(slots=True)
class SandboxReport:
    """A report that is being read; `closing` is that of its header, and filled by its end."""

    text: Iterator[str]
    header: ReportHeader
    layout: Layout
    closing: dict[str, int]
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
        cells = _cells(line)
        if cells[0] == CLOSING:
            currency, balance = _balance(cells, self.closing, number)
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
        try:
            (cells,) = csv.reader([line], delimiter=self.layout.delimiter, strict=True)
        except csv.Error as error:
            return _bad(line, number, because("not CSV: %(error)s", error=Cause(str(error))))
        if len(cells) != self.layout.width:
            why = because(
                "%(count)s columns, not %(width)s", count=len(cells), width=self.layout.width
            )
            return _bad(line, number, why)
        row = self.layout.pick(cells) if self.layout.pick else cells
        try:
            return read_rows([row], number)[0]
        except UNREADABLE:
            return _bad(line, number, why_not(row))


@dataclass(slots=True)
class _Head:
    """The lines before the columns are named; what it does not know is not ours to judge."""

    number: int = 0
    lines: dict[str, int] = field(default_factory=dict)
    """By word, the line that says it."""
    words: dict[str, list[str]] = field(default_factory=dict)
    opening: dict[str, int] = field(default_factory=dict)

    def add(self, line: str, number: int) -> None:
        self.number = number
        cells = _cells(line)
        if number == 1 and cells != [TITLE]:
            raise ReportRefused("It does not begin with %(title)s", 1, title=TITLE)
        if number > LONGEST_HEAD:
            raise ReportRefused("Its head has no end", number)
        if cells[0] == OPENING:
            currency, balance = _balance(cells, self.opening, number)
            self.opening[currency] = balance
        elif cells[0] in self.words:
            raise ReportRefused("%(word)s is there twice", number, word=cells[0])
        else:
            self.words[cells[0]] = cells[1:]
            self.lines[cells[0]] = number

    def ended(self, number: int, closing: dict[str, int]) -> ReportHeader:
        if TITLE not in self.words:
            raise ReportRefused("It does not begin with %(title)s", number, title=TITLE)
        (merchant_id,) = self._said(MERCHANT, 1, number)
        (mode,) = self._said(MODE, 1, number)
        period = self._said(PERIOD, 2, number)
        first, last = (_day(text, self.lines[PERIOD]) for text in period)
        if last < first:
            raise ReportRefused("#period ends before it begins", self.lines[PERIOD])
        balances = self.opening, closing
        said = {"merchant_id": MERCHANT, "mode": MODE, "days": PERIOD}
        lines = {name: self.lines[word] for name, word in said.items()}
        return ReportHeader(merchant_id, mode, first, last, *balances, lines)

    def _said(self, word: str, cells: int, number: int) -> list[str]:
        said = self.words.get(word, [])
        if len(said) != cells or not all(cell.isprintable() for cell in said):
            raise ReportRefused("%(word)s is missing, or not as it should be", number, word=word)
        return said


def _layout(line: str, number: int) -> Layout:
    """How lines are laid out, from the names of the columns; raises ReportRefused."""
    delimiter = max(DELIMITERS, key=line.count)
    try:
        (names,) = csv.reader([line], delimiter=delimiter, strict=True)
    except csv.Error as error:
        raise ReportRefused(
            "The names of the columns are not CSV: %(error)s", number, error=Cause(str(error))
        ) from None
    for name in NAMES:
        if name not in names:
            raise ReportRefused("The column %(name)s is missing", number, name=name)
        if names.count(name) != 1:
            raise ReportRefused("The column %(name)s is there twice", number, name=name)
    if tuple(names) == NAMES:
        return Layout(delimiter, len(names), None)
    return Layout(delimiter, len(names), itemgetter(*map(names.index, NAMES)))


def _cells(line: str) -> list[str]:
    """The cells of a line that begins with #; spreadsheets fill it up with empty ones."""
    cells = re.split(f"[{DELIMITERS}]", line[:LONGEST_WORDS].rstrip(BLANK))
    return [cell.strip(" ") for cell in cells]


def _balance(cells: list[str], known: dict[str, int], number: int) -> tuple[str, int]:
    try:
        word, currency, balance = cells
        if currency in CURRENCIES and currency not in known:
            return currency, whole(balance)
    except ValueError:
        word = cells[0]
    raise ReportRefused("%(word)s is not a balance of a currency of its own", number, word=word)


def _day(text: str, number: int) -> date:
    try:
        if DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise ReportRefused("“%(text)s” in #period is no date", number, text=text)


def _bad(line: str, number: int, why: Cause) -> BadLine:
    return BadLine(number, why, printable(line.rstrip("\r\n")))
