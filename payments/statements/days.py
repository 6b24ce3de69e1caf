"""Days as people and banks write them."""

from __future__ import annotations

import re
from datetime import date
from typing import Final, NamedTuple

from payments.statements.base import LONGEST_CELL, Unreadable

TIME: Final = r"(?:[ T][0-9]{1,2}:[0-9]{2}\S*)?"
YEAR_FIRST: Final = re.compile(
    rf"([0-9]{{4}})(?:([-/.])([0-9]{{1,2}})\2([0-9]{{1,2}})|年([0-9]{{1,2}})月([0-9]{{1,2}})日){TIME}"
)
COMPACT: Final = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
GERMAN: Final = re.compile(rf"([0-9]{{1,2}})\.([0-9]{{1,2}})\.([0-9]{{4}}|[0-9]{{2}}){TIME}")
UNSURE: Final = re.compile(rf"([0-9]{{1,2}})([/-])([0-9]{{1,2}})\2([0-9]{{4}}){TIME}")
DAY_FIRST, MONTH_FIRST = "day first", "month first"
MONTHS: Final = 12


class Pair(NamedTuple):
    """A day whose first two numbers are its day and its month, or the other way round."""

    one: int
    other: int
    year: int

    @property
    def order(self) -> str:
        """DAY_FIRST or MONTH_FIRST where it can only be that, else ""."""
        if self.one > MONTHS:
            return DAY_FIRST
        return MONTH_FIRST if self.other > MONTHS else ""

    def day(self, order: str) -> date:
        month, day = (self.one, self.other) if order == MONTH_FIRST else (self.other, self.one)
        return _day(self.year, month, day)


def read_day(text: str) -> date | Pair:
    """The day that a cell says, its time of day left out; raises Unreadable."""
    bare = text.strip()
    if found := YEAR_FIRST.fullmatch(bare):
        year, _, *rest = found.groups()
        month, day = (part for part in rest if part)
        return _day(int(year), int(month), int(day))
    if found := COMPACT.fullmatch(bare):
        return _day(*map(int, found.groups()))
    if found := GERMAN.fullmatch(bare):
        day, month, year = found.groups()
        return _day(int(year) if len(year) > len("26") else 2000 + int(year), int(month), int(day))
    if found := UNSURE.fullmatch(bare):
        return _pair(int(found[1]), int(found[3]), int(found[4]))
    raise Unreadable("“%(text)s” is not a day", text=text[:LONGEST_CELL])


def _pair(one: int, other: int, year: int) -> date | Pair:
    return _day(year, one, other) if one == other else Pair(one, other, year)


def _day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise Unreadable(
            "there is no day %(day)s of month %(month)s in %(year)s",
            day=day,
            month=month,
            year=year,
        ) from error
