"""The columns of a report's lines, read many lines at a time: column by column. Pure.

Decimal() and fromisoformat() take more than providers write, such as underscores, blanks, NaN,
exponents and digits of other scripts: each column is first looked through for what it may hold, as
one text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from payments.providers.cause import Cause, because
from payments.providers.told import EARLIEST, LATEST

LONGEST, LONGEST_METHOD, LONGEST_SHOWN = 120, 40, 60
UNREADABLE: Final = (ValueError, KeyError, TypeError, ArithmeticError)
"""What reading raises; it means no more than that some value of the column does not fit."""
Texts = Sequence[str]


class Column(NamedTuple):
    """Reads all values of a column, or raises one of UNREADABLE where one is not `expected`."""

    name: str
    read: Callable[[Texts], Sequence[Any]]
    expected: Cause


A_WORD: Final = because("a printable text of at most %(most)s characters", most=LONGEST)
A_METHOD: Final = because("a printable text of at most %(most)s characters", most=LONGEST_METHOD)
AN_ID: Final = because("an id of 1 to %(most)s printable characters", most=LONGEST)


def read_columns(columns: Iterable[Column], rows: Iterable[Texts]) -> Iterator[Sequence[Any]]:
    """The values of each column over all rows, whose cells are in the order of the columns."""
    given = zip(columns, zip(*rows, strict=True), strict=True)
    return (column.read(texts) for column, texts in given)


def misfit(columns: Iterable[Column], row: Texts) -> Cause | None:
    """The first column of a row that does not fit, and what stands there; None where all do."""
    for column, text in zip(columns, row, strict=True):
        try:
            column.read((text,))
        except UNREADABLE:
            return because(
                "%(column)s is not %(expected)s: “%(text)s”",
                column=column.name,
                expected=column.expected,
                text=text[:LONGEST_SHOWN],
            )
    return None


def only(texts: Texts, allowed: bytes) -> None:
    """Raises ValueError where one holds another sign."""
    if "".join(texts).encode("ascii").translate(None, allowed):
        raise ValueError(texts)


def words(texts: Texts, longest: int = LONGEST) -> Texts:
    if not "".join(texts).isprintable() or max(map(len, texts)) > longest:
        raise ValueError(texts)
    return texts


def names(texts: Texts) -> Texts:
    """Words of which none is empty."""
    if "" in texts:
        raise ValueError(texts)
    return words(texts)


def maybe(read: Callable[[Texts], Sequence[Any]], none: object) -> Callable[[Texts], list[Any]]:
    """Reads what is there, and takes `none` for what is empty."""

    def read_some(texts: Texts) -> list[Any]:
        if not any(texts):
            return [none] * len(texts)
        values = iter(read([text for text in texts if text]))
        return [next(values) if text else none for text in texts]

    return read_some


def of_our_days(moments: list[datetime]) -> list[datetime]:
    """Raises ValueError where no payment was made then, and TypeError where one has no zone."""
    if min(moments) < EARLIEST or max(moments) >= LATEST:
        raise ValueError(moments)
    return moments


def one_of(texts: Texts, known: frozenset[str]) -> Texts:
    if not known.issuperset(texts):
        raise ValueError(texts)
    return texts
