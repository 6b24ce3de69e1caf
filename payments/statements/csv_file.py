"""Any bank's statement as CSV: columns by their names, amounts and days as each writes them."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final, NamedTuple

from payments.providers.cause import Cause, because
from payments.providers.reports import BadLine, ReportRefused
from payments.statements import columns as at
from payments.statements.amounts import EITHER, NONE, Written, written
from payments.statements.base import (
    LONGEST_QUOTE,
    LONGEST_TEXT,
    BankRow,
    StatementHeader,
    Unreadable,
    currency_code,
    minor_units,
    reference_of,
)
from payments.statements.days import Pair, read_day

MOST_LINES: Final = 20
"""Lines of the file in one row: a quotation mark that nobody closes would take in all the rest."""
MOST_HELD: Final = 10_000
"""Rows that wait until one says how days or amounts are written."""
IBAN: Final = re.compile(r"\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")


class Draft(NamedTuple):
    """A row of which the day or the amount may still mean two things. `text`: as BadLine's."""

    number: int
    day: date | Pair
    currency: str
    amount: Written
    reference: str
    narrative: str
    text: str


class CsvStatement:
    """A statement as CSV. Raises ReportRefused where its headers are not understood.

    `currency` is that of the account, for a file that names none.
    """

    def __init__(self, text: Iterator[str], currency: str = "") -> None:
        before: list[str] = []
        self._columns = at.find_columns(text, before, currency)
        self._text = text
        self._mark, self._order = NONE, ""
        self._debits = ""
        found = IBAN.search(" ".join(line[:200] for line in before))
        self.header = StatementHeader(account_id=found[0].replace(" ", "") if found else "")

    def lines(self) -> Iterator[BankRow | BadLine]:
        """The movements in their order; what is held back is told once it can be understood."""
        held: deque[Draft | BadLine] = deque()
        for number, record in self._records():
            held.append(self._drafted(number, record))
            while held and (self._is_sure(held[0]) or len(held) > MOST_HELD):
                yield self._final(held.popleft())
        while held:
            yield self._final(held.popleft())

    def _records(self) -> Iterator[tuple[int, Sequence[str] | BadLine]]:
        """Each row with the number of its first line; blank ones left out."""
        lines = _Counted(self._text, self._columns.line)
        rows = csv.reader(lines, delimiter=self._columns.delimiter, strict=True)
        while True:
            lines.begin()
            try:
                row = next(rows)
            except StopIteration:
                return
            except csv.Error as error:
                if lines.ended:
                    raise _never_closed(lines.first) from error
                why = because("no row of CSV: %(error)s", error=Cause(str(error)))
                yield lines.first, BadLine(lines.first, why, lines.quote)
                continue
            if any(cell.strip() for cell in row):
                yield lines.first, row

    def _drafted(self, number: int, record: Sequence[str] | BadLine) -> Draft | BadLine:
        if isinstance(record, BadLine):
            return record
        try:
            return self._read(number, record)
        except Unreadable as error:
            return BadLine(number, error.why, _quoted(record))

    def _read(self, number: int, row: Sequence[str]) -> Draft:
        row = self._fitted(row)
        cell = self._columns.cell
        draft = Draft(
            number=number,
            day=read_day(cell(row, at.DAY)),
            currency=currency_code(cell(row, at.CURRENCY) or self._columns.currency),
            amount=self._amount(row),
            reference=reference_of(cell(row, at.REFERENCE)),
            narrative=" ".join(cell(row, at.TEXT).split())[:LONGEST_TEXT],
            text=_quoted(row),
        )
        self._learn(draft)
        return draft

    def _fitted(self, row: Sequence[str]) -> Sequence[str]:
        width = self._columns.width
        if len(row) < width or any(cell.strip() for cell in row[width:]):
            raise Unreadable(
                "%(count)s columns where the headers are %(width)s", count=len(row), width=width
            )
        return row

    def _amount(self, row: Sequence[str]) -> Written:
        if at.AMOUNT in self._columns.places:
            return written(self._columns.cell(row, at.AMOUNT))
        credit, debit = (_maybe(self._columns.cell(row, side)) for side in (at.CREDIT, at.DEBIT))
        if (credit is None) == (debit is None):
            raise Unreadable("one of credit and debit must have an amount, and only one")
        if debit is not None:
            return self._debit(debit)
        if credit is None or credit.sign:
            raise Unreadable("a credit below zero")
        return credit

    def _debit(self, debit: Written) -> Written:
        """What went out; some banks write it above zero and some below, but each only one way."""
        self._debits = self._debits or debit.sign or "+"
        if (debit.sign or "+") != self._debits:
            raise Unreadable("a debit with another sign than those before it")
        return debit._replace(sign="-")

    def _learn(self, draft: Draft) -> None:
        if draft.amount.mark not in {NONE, EITHER}:
            self._mark = self._mark or draft.amount.mark
        if isinstance(draft.day, Pair):
            self._order = self._order or draft.day.order

    def _is_sure(self, draft: Draft | BadLine) -> bool:
        if isinstance(draft, BadLine):
            return True
        unsure_day = isinstance(draft.day, Pair) and not self._order
        return not unsure_day and (draft.amount.mark != EITHER or self._mark != NONE)

    def _final(self, draft: Draft | BadLine) -> BankRow | BadLine:
        if isinstance(draft, BadLine):
            return draft
        try:
            day, amount = self._day(draft), self._minor(draft)
        except Unreadable as error:
            return BadLine(draft.number, error.why, draft.text)
        self.header = self.header.covering(day)
        return BankRow(draft.number, day, draft.currency, amount, draft.reference, draft.narrative)

    def _day(self, draft: Draft) -> date:
        if not isinstance(draft.day, Pair):
            return draft.day
        if not self._order:
            raise ReportRefused(
                "days such as 03/04/2026 may be March or April, and no line tells which: "
                "export with days as 2026-04-03",
                draft.number,
            )
        if draft.day.order not in {"", self._order}:
            raise ReportRefused(
                "some days have the day first and some the month: export with days as 2026-04-03",
                draft.number,
            )
        return draft.day.day(self._order)

    def _minor(self, draft: Draft) -> int:
        mark = draft.amount.mark
        if mark == EITHER and self._mark == NONE:
            raise Unreadable(
                "%(amount)s may be thousands or thousandths, and no line tells which",
                amount=draft.amount.digits,
            )
        if mark not in {NONE, EITHER, self._mark}:
            raise Unreadable(
                "%(amount)s has another decimal mark than lines before it",
                amount=draft.amount.digits,
            )
        return minor_units(draft.amount.plain(self._mark), draft.currency)


class _Counted(Iterator[str]):
    """Lines for csv.reader: which line a row begins in, and no row of more than MOST_LINES."""

    def __init__(self, text: Iterator[str], number: int) -> None:
        self._text, self._number = text, number
        self.first, self.quote, self.ended = number, "", False

    def begin(self) -> None:
        self.first, self.quote = self._number + 1, ""

    def __next__(self) -> str:
        if self._number - self.first >= MOST_LINES:
            raise _never_closed(self.first)
        line = next(self._text, None)
        if line is None:
            self.ended = True
            raise StopIteration
        self._number += 1
        self.quote = self.quote or line.strip()[:LONGEST_QUOTE]
        return line


def _maybe(cell: str) -> Written | None:
    """An amount of one side; nothing and zero are the same."""
    found = written(cell) if cell else None
    return found if found and found.digits.strip("0., '") else None


def _quoted(row: Sequence[str]) -> str:
    return " | ".join(cell.strip() for cell in row)[:LONGEST_QUOTE]


def _never_closed(number: int) -> ReportRefused:
    return ReportRefused("a quotation mark that is opened here is never closed", number)
