"""Gathers one record per product from any number of lines, and remembers what was refused."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from demo.loading.files import BadLine, Row, read_rows
from demo.models import CURRENCY, LONGEST_NAME, LONGEST_SKU
from orders.errors import InvalidAmount
from orders.money import Money

BROKEN_KEPT = 200
DEAREST = 100_000_000  # a million pounds, well within the column
_GOODS = re.compile(r"[0-9]{5}[A-Z]*")
_PIECES = re.compile(r"-?[0-9]{1,9}")


def is_goods(code: str) -> bool:
    """Whether an upper-case code is a thing on a shelf: not postage, a fee or a correction."""
    return _GOODS.fullmatch(code) is not None


@dataclass(slots=True)
class Found:
    """What the lines told of one code so far; without a price it is no product."""

    price: int = 0
    priced_at: datetime = datetime.min  # noqa: DTZ901  # naive, as the files are
    name: str = ""


@dataclass(slots=True)
class Gathered:
    """One record per code, and every refusal."""

    lines: int = 0
    goods: dict[str, Found] = field(default_factory=dict)
    not_goods: Counter[str] = field(default_factory=Counter)
    broken: int = 0
    broken_lines: list[str] = field(default_factory=list)

    @property
    def products(self) -> dict[str, Found]:
        return {code: it for code, it in self.goods.items() if it.price and it.name}

    @property
    def never_priced(self) -> list[str]:
        return sorted(code for code, it in self.goods.items() if not it.price)

    @property
    def never_named(self) -> list[str]:
        return sorted(code for code, it in self.goods.items() if it.price and not it.name)

    def add(self, row: Row) -> BadLine | None:
        """Take one line in, or answer what is wrong with it."""
        try:
            code = _code(row.code)
            if is_goods(code):
                self._add_goods(code, row)
            else:
                self.not_goods[code] += 1
        except BadLine as error:
            return error
        return None

    def _add_goods(self, code: str, row: Row) -> None:
        price, sold_at, name = _price(row.price), _moment(row.sold_at), _name(row.description)
        sold = _pieces(row.quantity) > 0  # what came back names a price that was, not one to pay
        found = self.goods.setdefault(code, Found())
        if not (price and sold):
            return
        if sold_at >= found.priced_at:
            found.price, found.priced_at = price, sold_at
        # Of two equally long the one first in the alphabet: the order of files is no matter.
        found.name = min(found.name, name, key=lambda text: (-len(text), text))

    def refuse(self, line: str) -> None:
        self.broken += 1
        if len(self.broken_lines) < BROKEN_KEPT:
            self.broken_lines.append(line)


def gather(files: Iterable[Path], *, tell: Callable[[int], None] = lambda _: None) -> Gathered:
    """Read every file, telling the number of lines so far; raises UnreadableFile."""
    gathered = Gathered()
    for file in files:
        for number, row in read_rows(file):
            gathered.lines += 1
            tell(gathered.lines)
            wrong = row if isinstance(row, BadLine) else gathered.add(row)
            if wrong:
                gathered.refuse(f"{file}, line {number}: {wrong}")
    return gathered


def _code(text: str) -> str:
    if not text:
        raise BadLine("no StockCode")
    if len(code := text.upper()) > LONGEST_SKU:
        raise BadLine(f"StockCode longer than {LONGEST_SKU} characters")
    return code


def _price(text: str) -> int:
    try:
        price = Money.parse(text, CURRENCY).amount
    except InvalidAmount as error:
        raise BadLine(f"UnitPrice: {error}") from error
    if price < 0:
        raise BadLine(f"UnitPrice {text} is below 0")
    if price > DEAREST:
        raise BadLine(f"UnitPrice {text} is above {DEAREST // 100:,}")
    return price


def _pieces(text: str) -> int:
    if not _PIECES.fullmatch(text):
        raise BadLine(f"Quantity {text[:40]!r} is not a whole number")
    return int(text)


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError as error:
        raise BadLine(f"InvoiceDate {text[:40]!r} is not like 2010-12-01 08:26:00") from error


def _name(text: str) -> str:
    if len(text) > LONGEST_NAME:
        raise BadLine(f"Description longer than {LONGEST_NAME} characters")
    return text
