"""What a bank statement is made of: a header, then movements, read as a stream."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final, NamedTuple, Protocol

from orders.errors import InvalidAmount
from orders.money import CODE, Money, exponent
from payments.providers.cause import Fact, because
from payments.providers.reports import BadLine

LONGEST_REFERENCE: Final = 140
LONGEST_TEXT: Final = 500
LONGEST_QUOTE: Final = 200
"""Characters of what a line that cannot be read says."""
LONGEST_CELL: Final = 40
"""Characters of what a cell says that is not understood."""
LARGEST: Final = 2**63


class Unreadable(ValueError):
    """A cell that says nothing we can be sure of; `why` as in ReportRefused."""

    def __init__(self, words: str, /, **facts: Fact | date) -> None:
        self.why = because(words, **facts)
        super().__init__(str(self.why))


@dataclass(frozen=True, slots=True)
class StatementHeader:
    """Which statement, of which account and days (both included); "" and None where it says none.

    `opening` and `closing` are the bank's own balances, in minor units by currency.
    `line`: of the file, where it begins. `more_statements`: the numbers of those that follow the
    first in the same file, once read.
    """

    statement_id: str = ""
    account_id: str = ""
    first_day: date | None = None
    last_day: date | None = None
    opening: Mapping[str, int] = field(default_factory=dict)
    closing: Mapping[str, int] = field(default_factory=dict)
    more_statements: tuple[str, ...] = ()
    line: int = 1

    def covering(self, day: date) -> StatementHeader:
        """The header of a statement that names no days, once it has a movement of this one."""
        first, last = self.first_day or day, self.last_day or day
        return replace(self, first_day=min(first, day), last_day=max(last, day))


class BankRow(NamedTuple):
    """One movement of the account. `amount` is signed minor units: what came in is above zero.

    `number` is the line of the file, from 1; no two rows have the same, so where several stand in
    one line of XML they are counted on from it.
    """

    number: int
    day: date
    currency: str
    amount: int
    reference: str
    text: str


class Statement(Protocol):
    """A statement that is being read. Its header is known before the first line is.

    `lines` raises ReportRefused where the file breaks off or contradicts itself; only once it has
    ended is the file whole, and are the days known of a statement that names none.
    """

    header: StatementHeader

    def lines(self) -> Iterator[BankRow | BadLine]: ...


def minor_units(decimal: str, currency: str) -> int:
    """A plain decimal such as "-12.30" in minor units of the currency; raises Unreadable."""
    try:
        amount = Money.parse(decimal, currency).amount
    except InvalidAmount as error:
        raise Unreadable(
            "“%(text)s” is no amount of %(currency)s, which has at most %(most)s decimals",
            text=decimal[:LONGEST_CELL],
            currency=currency,
            most=exponent(currency),
        ) from error
    if abs(amount) >= LARGEST:
        raise Unreadable("%(amount)s is more than can be kept", amount=decimal[:LONGEST_CELL])
    return amount


def currency_code(text: str) -> str:
    """An ISO 4217 code, or 人民币; raises Unreadable."""
    code = NAMES_OF_CURRENCIES.get(text.strip(), text.strip().upper())
    if not CODE.fullmatch(code):
        raise Unreadable("“%(text)s” is no currency", text=text[:LONGEST_CELL])
    return code


NAMES_OF_CURRENCIES: Final = {"人民币": "CNY", "人民币元": "CNY", "元": "CNY", "€": "EUR"}


def reference_of(text: str) -> str:
    """The reference as it is: a part of one would be another; raises Unreadable."""
    if len(text) > LONGEST_REFERENCE:
        raise Unreadable("the reference is longer than %(most)s characters", most=LONGEST_REFERENCE)
    return text
