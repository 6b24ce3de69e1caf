"""The lines of a report before its table: words that begin with #, each there once. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from payments.providers.columns import only
from payments.providers.currencies import CURRENCIES
from payments.providers.reports import ReportHeader, ReportRefused
from payments.providers.table import BLANK, DELIMITERS
from payments.providers.told import LARGEST

MERCHANT, MODE, PERIOD = "#merchant_id", "#mode", "#period"
OPENING, CLOSING = "#opening", "#closing"
LONGEST_HEAD: Final = 1000
LONGEST_WORDS: Final = 4000
"""Characters of a line of the head or end."""
DAY: Final = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
Balances = dict[str, int]
"""Minor units by currency."""


@dataclass(slots=True)
class Head:
    """What is read of it so far; what it does not know is not ours to judge.

    `balances`: where those are noted that stand in the head, by the word they stand behind.
    """

    title: str
    balances: Mapping[str, Balances]
    number: int = 0
    lines: dict[str, int] = field(default_factory=dict)
    """By word, the line that says it."""
    words: dict[str, list[str]] = field(default_factory=dict)

    def add(self, line: str, number: int) -> None:
        self.number = number
        cells = cells_of(line)
        if number == 1 and cells != [self.title]:
            raise ReportRefused("It does not begin with %(title)s", 1, title=self.title)
        if number > LONGEST_HEAD:
            raise ReportRefused("Its head has no end", number)
        if (known := self.balances.get(cells[0])) is not None:
            currency, balance = balance_of(cells, known, number)
            known[currency] = balance
        elif cells[0] in self.words:
            raise ReportRefused("%(word)s is there twice", number, word=cells[0])
        else:
            self.words[cells[0]] = cells[1:]
            self.lines[cells[0]] = number

    def ended(self, number: int, opening: Balances, closing: Balances) -> ReportHeader:
        if self.title not in self.words:
            raise ReportRefused("It does not begin with %(title)s", number, title=self.title)
        (merchant_id,) = self._said(MERCHANT, 1, number)
        (mode,) = self._said(MODE, 1, number)
        period = self._said(PERIOD, 2, number)
        first, last = (_day(text, self.lines[PERIOD]) for text in period)
        if last < first:
            raise ReportRefused("#period ends before it begins", self.lines[PERIOD])
        said = {"merchant_id": MERCHANT, "mode": MODE, "days": PERIOD}
        lines = {name: self.lines[word] for name, word in said.items()}
        return ReportHeader(merchant_id, mode, first, last, opening, closing, lines)

    def _said(self, word: str, cells: int, number: int) -> list[str]:
        said = self.words.get(word, [])
        if len(said) != cells or not all(cell.isprintable() for cell in said):
            raise ReportRefused("%(word)s is missing, or not as it should be", number, word=word)
        return said


def cells_of(line: str) -> list[str]:
    """The cells of a line that begins with #; spreadsheets fill it up with empty ones."""
    cells = re.split(f"[{DELIMITERS}]", line[:LONGEST_WORDS].rstrip(BLANK))
    return [cell.strip(" ") for cell in cells]


def balance_of(cells: list[str], known: Balances, number: int) -> tuple[str, int]:
    """A currency and its balance, which is none of the known ones yet; raises ReportRefused."""
    try:
        word, currency, text = cells
        if currency in CURRENCIES and currency not in known:
            return currency, _minor(text)
    except ValueError:
        word = cells[0]
    raise ReportRefused("%(word)s is not a balance of a currency of its own", number, word=word)


def _minor(text: str) -> int:
    """A whole number of minor units; raises ValueError."""
    only((text,), b"-0123456789")
    if abs(balance := int(text)) >= LARGEST:
        raise ValueError(text)
    return balance


def _day(text: str, number: int) -> date:
    try:
        if DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise ReportRefused("“%(text)s” in #period is no date", number, text=text)
