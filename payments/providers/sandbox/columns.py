"""The columns of a settlement report's lines as the bank writes them. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial
from itertools import count
from typing import Final

from payments.providers.cause import Cause, because
from payments.providers.columns import (
    A_METHOD,
    A_WORD,
    AN_ID,
    LONGEST_METHOD,
    Column,
    Texts,
    maybe,
    misfit,
    names,
    of_our_days,
    one_of,
    only,
    read_columns,
    words,
)
from payments.providers.currencies import CURRENCIES
from payments.providers.reports import LineKind, ReportLine
from payments.providers.told import LARGEST

KINDS: Final = {kind.value: kind for kind in LineKind if kind != LineKind.ALLOTMENT}
CURRENCY_OR_NONE: Final = CURRENCIES | {""}
LONGEST_FEE: Final = 21
DECIMALS: Final = 6
TOO_FINE: Final = re.compile(rf"\.[^,]{{{DECIMALS + 1}}}")
DEAREST: Final = Decimal(10**14)
_LINE: Final = partial(tuple.__new__, ReportLine)
"""From its values in their order; calling the class takes three times as long."""


def read_rows(rows: Sequence[Texts], first: int) -> list[ReportLine]:
    """All rows as lines that are numbered from `first`; raises one of UNREADABLE if one is not.

    A row has the cells of COLUMNS in their order.
    """
    read = list(read_columns(COLUMNS, rows))
    if list(map(bool, read[SETTLED])) != [gross is not None for gross in read[SETTLED + 1]]:
        raise ValueError(HALF)
    return list(map(_LINE, zip(count(first), *read, strict=False)))


def why_not(row: Texts) -> Cause:
    """Why a row cannot be read: the first column that does not fit, and what stands there."""
    return misfit(COLUMNS, row) or HALF


def _kinds(texts: Texts) -> list[LineKind]:
    return list(map(KINDS.__getitem__, texts))


def _whole(texts: Texts) -> list[int]:
    only(texts, b"-0123456789")
    numbers = list(map(int, texts))
    if max(numbers) >= LARGEST or min(numbers) <= -LARGEST:
        raise ValueError(texts)
    return numbers


def _fees(texts: Texts) -> list[Decimal]:
    only(texts, b"-.0123456789")
    if max(map(len, texts)) > LONGEST_FEE or TOO_FINE.search(",".join(texts)):
        raise ValueError(texts)
    fees = list(map(Decimal, texts))
    if max(fees) >= DEAREST or min(fees) <= -DEAREST:
        raise ValueError(texts)
    return fees


def _moments(texts: Texts) -> list[datetime]:
    only(texts, b"-+:.0123456789TZ")
    return of_our_days(list(map(datetime.fromisoformat, texts)))


A_MOMENT: Final = because("a time in ISO 8601 with its zone")
COLUMNS: Final = (
    Column("type", _kinds, because("a type that we know")),
    Column("id", names, AN_ID),
    Column("reference", words, A_WORD),
    Column("method", partial(words, longest=LONGEST_METHOD), A_METHOD),
    Column("currency", partial(one_of, known=CURRENCIES), because("a currency that we know")),
    Column("gross", _whole, because("a whole number of minor units")),
    Column(
        "fee",
        _fees,
        because("a number of minor units with at most %(most)s decimals", most=DECIMALS),
    ),
    Column(
        "settled_currency",
        partial(one_of, known=CURRENCY_OR_NONE),
        because("a currency, or empty"),
    ),
    Column(
        "settled_gross", maybe(_whole, None), because("a whole number of minor units, or empty")
    ),
    Column("occurred_at", _moments, A_MOMENT),
    Column("settled_at", _moments, A_MOMENT),
    Column("payout", words, A_WORD),
    Column("merchant_id", words, A_WORD),
    Column("mode", words, A_WORD),
)
"""In the order of the fields of a ReportLine after its number."""
NAMES: Final = tuple(column.name for column in COLUMNS)
SETTLED: Final = NAMES.index("settled_currency")
HALF: Final = because("only one of settled_currency and settled_gross is there")
