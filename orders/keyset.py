"""Pages of a list by where another one ended: nothing is counted, so each costs alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from django.db.models import BooleanField, F, Func, Model, QuerySet, TextField, Value

M = TypeVar("M", bound=Model)

FIRST: Final = ""
LAST: Final = "last"
AFTER, BEFORE = "after", "before"
MOST_DIGITS: Final = 18
"""A longer key is none: no database counts that far."""


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    """Some rows, and the places of the pages beside them; "" where there is none."""

    rows: list[M]
    before: str
    after: str


def page_of(
    rows: QuerySet[M], *, among: QuerySet[M], by: str, size: int, place: str = FIRST
) -> Page[M]:
    """The rows at a place, sorted by a column ("-" for falling) and then by key.

    A place is FIRST, LAST, or what a page gave; any other means FIRST. `among`: where its row is
    found though `rows` no longer has it. Two statements, one for FIRST and LAST.
    """
    way, _, key = place.partition("-")
    start = _start(among, by.lstrip("-"), key) if way in {AFTER, BEFORE} else None
    backwards = place == LAST or (start is not None and way == BEFORE)
    falling = by.startswith("-") != backwards
    sign, column = "-" if falling else "", by.lstrip("-")
    ordered = rows.order_by(f"{sign}{column}", f"{sign}pk")
    if start:
        ordered = ordered.filter(_beyond(column, start, falling=falling))
    found = list(ordered[: size + 1])
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
        return _page(found, before=more, after=start is not None)
    return _page(found, before=start is not None, after=more)


def _page(found: list[M], *, before: bool, after: bool) -> Page[M]:
    return Page(
        found,
        f"{BEFORE}-{found[0].pk}" if before and found else FIRST,
        f"{AFTER}-{found[-1].pk}" if after and found else FIRST,
    )


def _start(among: QuerySet[M], column: str, key: str) -> tuple[Any, int] | None:
    """What the row of a key is sorted by."""
    if not (key.isascii() and key.isdigit() and len(key) <= MOST_DIGITS):
        return None
    return among.filter(pk=key).values_list(column, "pk").first()


def _beyond(column: str, start: tuple[Any, int], *, falling: bool) -> Func:
    """Compares both at once, as an index on both does, however many rows share the first."""
    return Func(
        _row(F(column), F("pk")),
        _row(*map(Value, start)),
        template="%(expressions)s",
        arg_joiner=" < " if falling else " > ",
        output_field=BooleanField(),
    )


def _row(*parts: F | Value) -> Func:
    return Func(*parts, template="(%(expressions)s)", output_field=TextField())
