"""Where things stand in a bank's CSV: the row of headers, by their names in three languages."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Final

from payments.providers.cause import Cause, because
from payments.providers.reports import ReportRefused
from payments.statements.base import Unreadable, currency_code

DELIMITERS: Final = ",;\t"
SEARCHED: Final = 60
"""Lines before the headers at most: the name of the bank, the account, a greeting."""

DAY, AMOUNT, CREDIT, DEBIT = "day", "amount", "credit", "debit"
CURRENCY, REFERENCE, TEXT = "currency", "reference", "text"
NAMES: Final = {
    DAY: "booked_on|booked on|booking date|booking_date|date booked|posting date|transaction date|"
    "date|buchungstag|buchungsdatum|buchung|datum|记账日期|入账日期|交易日期|交易时间|记账时间|"
    "入账时间|日期",
    AMOUNT: "amount|transaction amount|betrag|umsatz|金额|交易金额|发生额",
    CREDIT: "credit|credit amount|money in|paid in|haben|gutschrift|收入|收入金额|贷方金额|"
    "贷方发生额|存入金额|转入金额",
    DEBIT: "debit|debit amount|money out|paid out|soll|lastschrift|belastung|支出|支出金额|"
    "借方金额|借方发生额|取出金额|转出金额",
    CURRENCY: "currency|ccy|currency code|währung|waehrung|whg|币种|货币|交易币种|币别",
    REFERENCE: "reference|end_to_end_id|end to end reference|end-to-end reference|"
    "payment reference|kundenreferenz (end-to-end)|end-to-end-referenz|kundenreferenz|referenz|"
    "参考号|交易流水号|流水号|业务流水号|凭证号",
    TEXT: "text|description|details|narrative|memo|verwendungszweck|buchungstext|beschreibung|"
    "摘要|附言|用途|备注|交易摘要",
}
"""The names of each column; of several in one file the first named here is taken."""
CALLED: Final = {
    name: (role, rank)
    for role, names in NAMES.items()
    for rank, name in enumerate(names.split("|"))
}
"""The role of each name, and how far back it stands among the names of that role."""
UNIT: Final = re.compile(r"(.+?) ?(?:[(\uff08]([^)\uff09]{1,4})[)\uff09]| in ([a-z€]{1,3}))")
"""A header that names the currency too: Betrag (EUR), Betrag in EUR, 金额(元)."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The place of each column in a row, by its role, and what the headers say of the currency."""

    line: int
    delimiter: str
    width: int
    places: dict[str, int]
    currency: str
    twice: str = ""

    def cell(self, row: Sequence[str], role: str) -> str:
        """What a row says, "" where the file has no such column."""
        place = self.places.get(role)
        return "" if place is None else row[place].strip().lstrip("`")


def find_columns(lines: Iterator[str], before: list[str], currency: str) -> Columns:
    """Read on to the row of headers; what was read before it is added to `before`.

    `currency` is that of the account where the file names none, "" where nobody says. Raises
    ReportRefused where no row is one, a column is missing or is there twice.
    """
    best: Columns | None = None
    for number, line in zip(range(1, SEARCHED + 1), lines, strict=False):
        ways = [_columns(line, mark, number=number, currency=currency) for mark in DELIMITERS]
        seen = max(ways, key=lambda columns: len(columns.places))
        if not _missing(seen):
            if seen.twice:
                raise ReportRefused("the column %(name)s is there twice", number, name=seen.twice)
            return seen
        before.append(line)
        if best is None or len(seen.places) > len(best.places):
            best = seen
    raise _refusal(best)


def _refusal(best: Columns | None) -> ReportRefused:
    if best is None or len(best.places) <= 1:
        return ReportRefused(
            "no row of headers was found, with a day, an amount and a currency: is this a bank "
            "statement as CSV?"
        )
    missing = reduce(_and, _missing(best))
    return ReportRefused("there is no column with %(missing)s", best.line, missing=missing)


def _and(one: Cause, other: Cause) -> Cause:
    return because("%(one)s, %(other)s", one=one, other=other)


def _columns(line: str, delimiter: str, *, number: int, currency: str) -> Columns:
    row = _row(line, delimiter)
    places: dict[str, int] = {}
    ranks: dict[str, int] = {}
    twice = ""
    for place, cell in enumerate(row):
        name, unit = _named(cell)
        role, rank = CALLED.get(name, ("", 0))
        if not role or rank > ranks.get(role, rank):
            continue
        if rank == ranks.get(role) and not _beside_the_amount(role, place, places):
            twice = name
        places[role], ranks[role] = place, rank
        currency = unit or currency
    return Columns(number, delimiter, len(row), places, currency, twice)


def _beside_the_amount(role: str, place: int, places: dict[str, int]) -> bool:
    """Whether it is the currency of the amount: a balance before it may have one of its own."""
    return role == CURRENCY and places.get(AMOUNT) == place - 1


def _row(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def _named(cell: str) -> tuple[str, str]:
    """The name of a column in small letters, and the currency that stands behind it or ""."""
    name = " ".join(cell.strip("\ufeff \t\r\n\"'`*").lower().split())
    found = UNIT.fullmatch(name)
    if name in CALLED or found is None:
        return name, ""
    try:
        return found[1], currency_code(found[2] or found[3])
    except Unreadable:
        return name, ""


def _missing(columns: Columns) -> list[Cause]:
    has: Iterable[str] = columns.places
    missing = [] if DAY in has else [because("the day (booked_on, Buchungstag, 交易日期)")]
    if AMOUNT not in has and not {CREDIT, DEBIT} <= set(has):
        missing.append(because("the amount (amount, Betrag, 金额; or credit and debit)"))
    if CURRENCY not in has and not columns.currency:
        missing.append(because("the currency (currency, Währung, 币种)"))
    return missing
