"""The columns of a settlement report's lines, read many lines at a time: column by column. Pure.

int(), Decimal() and fromisoformat() take more than the bank writes, such as underscores, blanks,
NaN, exponents and digits of other scripts: each column is first looked through for what it may
hold, as one text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial
from itertools import count
from typing import Any, Final, NamedTuple

from payments.providers.cause import Cause, because
from payments.providers.currencies import CURRENCIES
from payments.providers.reports import LineKind, ReportLine
from payments.providers.told import EARLIEST, LARGEST, LATEST

KINDS: Final = {kind.value: kind for kind in LineKind}
CURRENCY_OR_NONE: Final = CURRENCIES | {""}
LONGEST, LONGEST_METHOD, LONGEST_FEE, LONGEST_SHOWN = 120, 40, 21, 60
DECIMALS: Final = 6
TOO_FINE: Final = re.compile(rf"\.[^,]{{{DECIMALS + 1}}}")
DEAREST: Final = Decimal(10**14)
UNREADABLE: Final = (ValueError, KeyError, TypeError, ArithmeticError)
"""What reading raises; it means no more than that some value of the column does not fit."""
Texts = Sequence[str]
_LINE: Final = partial(tuple.__new__, ReportLine)
"""From its values in their order; calling the class takes three times as long."""


def read_rows(rows: Sequence[Texts], first: int) -> list[ReportLine]:
    """All rows as lines that are numbered from `first`; raises one of UNREADABLE if one is not.

    A row has the cells of COLUMNS in their order.
    """
    given = zip(COLUMNS, zip(*rows, strict=True), strict=True)
    read = [column.read(texts) for column, texts in given]
    if list(map(bool, read[SETTLED])) != [gross is not None for gross in read[SETTLED + 1]]:
        raise ValueError(HALF)
    return list(map(_LINE, zip(count(first), *read, strict=False)))


def why_not(row: Texts) -> Cause:
    """Why a row cannot be read: the first column that does not fit, and what stands there."""
    for column, text in zip(COLUMNS, row, strict=True):
        try:
            column.read((text,))
        except UNREADABLE:
            return because(
                "%(column)s is not %(expected)s: “%(text)s”",
                column=column.name,
                expected=column.expected,
                text=text[:LONGEST_SHOWN],
            )
    return HALF


def whole(text: str) -> int:
    """A whole number of minor units; raises ValueError."""
    return _whole((text,))[0]


def _only(texts: Texts, allowed: bytes) -> None:
    if "".join(texts).encode("ascii").translate(None, allowed):
        raise ValueError(texts)


def _kinds(texts: Texts) -> list[LineKind]:
    return list(map(KINDS.__getitem__, texts))


def _words(texts: Texts, longest: int = LONGEST) -> Texts:
    if not "".join(texts).isprintable() or max(map(len, texts)) > longest:
        raise ValueError(texts)
    return texts


def _names(texts: Texts) -> Texts:
    if "" in texts:
        raise ValueError(texts)
    return _words(texts)


def _one_of(texts: Texts, known: frozenset[str]) -> Texts:
    if not known.issuperset(texts):
        raise ValueError(texts)
    return texts


def _whole(texts: Texts) -> list[int]:
    _only(texts, b"-0123456789")
    numbers = list(map(int, texts))
    if max(numbers) >= LARGEST or min(numbers) <= -LARGEST:
        raise ValueError(texts)
    return numbers


def _maybe_whole(texts: Texts) -> list[int | None]:
    if not any(texts):
        return [None] * len(texts)
    numbers = iter(_whole([text for text in texts if text]))
    return [next(numbers) if text else None for text in texts]


def _fees(texts: Texts) -> list[Decimal]:
    _only(texts, b"-.0123456789")
    if max(map(len, texts)) > LONGEST_FEE or TOO_FINE.search(",".join(texts)):
        raise ValueError(texts)
    fees = list(map(Decimal, texts))
    if max(fees) >= DEAREST or min(fees) <= -DEAREST:
        raise ValueError(texts)
    return fees


def _moments(texts: Texts) -> list[datetime]:
    _only(texts, b"-+:.0123456789TZ")
    moments = list(map(datetime.fromisoformat, texts))
    # Comparing raises TypeError where one is without its zone.
    if min(moments) < EARLIEST or max(moments) >= LATEST:
        raise ValueError(texts)
    return moments


class Column(NamedTuple):
    """Reads all values of a column, or raises one of UNREADABLE where one is not `expected`."""

    name: str
    read: Callable[[Texts], Sequence[Any]]
    expected: Cause


A_WORD: Final = because("a printable text of at most %(most)s characters", most=LONGEST)
A_METHOD: Final = because("a printable text of at most %(most)s characters", most=LONGEST_METHOD)
A_MOMENT: Final = because("a time in ISO 8601 with its zone")
COLUMNS: Final = (
    Column("type", _kinds, because("a type that we know")),
    Column("id", _names, because("an id of 1 to %(most)s printable characters", most=LONGEST)),
    Column("reference", _words, A_WORD),
    Column("method", partial(_words, longest=LONGEST_METHOD), A_METHOD),
    Column("currency", partial(_one_of, known=CURRENCIES), because("a currency that we know")),
    Column("gross", _whole, because("a whole number of minor units")),
    Column(
        "fee",
        _fees,
        because("a number of minor units with at most %(most)s decimals", most=DECIMALS),
    ),
    Column(
        "settled_currency",
        partial(_one_of, known=CURRENCY_OR_NONE),
        because("a currency, or empty"),
    ),
    Column("settled_gross", _maybe_whole, because("a whole number of minor units, or empty")),
    Column("occurred_at", _moments, A_MOMENT),
    Column("settled_at", _moments, A_MOMENT),
    Column("payout", _words, A_WORD),
    Column("merchant_id", _words, A_WORD),
    Column("mode", _words, A_WORD),
)
"""In the order of the fields of a ReportLine after its number."""
NAMES: Final = tuple(column.name for column in COLUMNS)
SETTLED: Final = NAMES.index("settled_currency")
HALF: Final = because("only one of settled_currency and settled_gross is there")
