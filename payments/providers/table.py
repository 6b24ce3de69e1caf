"""The table in a report: its named columns, and its lines as rows of the cells we want. Pure."""

from __future__ import annotations

import csv
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Final

from payments.providers.cause import Cause, because, printable
from payments.providers.reports import BadLine, ReportRefused

DELIMITERS: Final = ",;\t"
BLANK: Final = DELIMITERS + " \r\n"
Row = Sequence[str]


@dataclass(frozen=True, slots=True)
class Layout:
    """How the cells of a line are told apart, and which of them are our columns."""

    delimiter: str
    width: int
    pick: Callable[[Row], Row] | None
    """None: they are our columns, in our order."""

    def rows(self, lines: Sequence[str]) -> list[Row]:
        """One row for each line; raises csv.Error or ValueError where that is not so."""
        rows = list(csv.reader(lines, delimiter=self.delimiter, strict=True))
        if len(rows) != len(lines):
            raise csv.Error("a cell with a line break")
        if self.pick is None:
            return list[Row](rows)
        if any(len(row) != self.width for row in rows):
            raise ValueError(rows)
        return list(map(self.pick, rows))

    def row(self, line: str) -> Row | Cause:
        """Our cells of one line, or why it has none."""
        try:
            (cells,) = csv.reader([line], delimiter=self.delimiter, strict=True)
        except csv.Error as error:
            return because("not CSV: %(error)s", error=Cause(str(error)))
        if len(cells) != self.width:
            return because("%(count)s columns, not %(width)s", count=len(cells), width=self.width)
        return self.pick(cells) if self.pick else cells


def layout_of(line: str, number: int, names: Row, *, optional: Collection[str] = ()) -> Layout:
    """How lines are laid out, from the names of the columns; raises ReportRefused.

    Of `names`, which are in our order, the optional ones may be missing: their cells are empty.
    """
    delimiter = max(DELIMITERS, key=line.count)
    try:
        (given,) = csv.reader([line], delimiter=delimiter, strict=True)
    except csv.Error as error:
        raise ReportRefused(
            "The names of the columns are not CSV: %(error)s", number, error=Cause(str(error))
        ) from None
    for name in names:
        if name not in given and name not in optional:
            raise ReportRefused("The column %(name)s is missing", number, name=name)
        if given.count(name) > 1:
            raise ReportRefused("The column %(name)s is there twice", number, name=name)
    return Layout(delimiter, len(given), _picking(given, names))


def _picking(given: Row, names: Row) -> Callable[[Row], Row] | None:
    """How our cells are taken from a line's."""
    if tuple(given) == tuple(names):
        return None
    if all(name in given for name in names):
        return itemgetter(*map(given.index, names))
    empty = len(given)
    pick = itemgetter(*(given.index(name) if name in given else empty for name in names))
    return lambda cells: pick([*cells, ""])


def bad(line: str, number: int, why: Cause) -> BadLine:
    return BadLine(number, why, printable(line.rstrip("\r\n")))
