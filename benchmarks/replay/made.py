"""Makes a month of a shop that never was: 200 invoices with every bucket and every oddity.

The same seed gives the same file, byte for byte; no row of it is taken from real data.
"""

import csv
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path

from benchmarks.replay.lines import COLUMNS

INVOICES = 200
_MONTH = "2001-01"
_COLOURS = ("Amber", "Cobalt", "Ivory", "Moss", "Slate", "Rose")
_THINGS = ("Kite", "Lantern", "Teapot", "Ladder", "Whistle", "Basket", "Compass", "Bell")
_RETURNS = 0.12
_GUESTS = 0.1
_COUNTRIES = (
    *("United Kingdom",) * 6,
    "Germany",
    "EIRE",
    "Channel Islands",
    "Unspecified",
    "European Community",
    "Japan",
)


@dataclass(frozen=True, slots=True)
class Thing:
    """One product; `price` in pence."""

    code: str
    name: str
    price: int


Row = tuple[str, str, str, int, str, str, str, str]


@dataclass(slots=True)
class Month:
    """The file in the making: every method that ends an invoice moves the clock on."""

    dice: random.Random
    rows: list[Row] = field(default_factory=list)
    clock: datetime = datetime(2001, 1, 2, 8, tzinfo=UTC)
    number: int = 100_000
    customer: str = ""
    country: str = "United Kingdom"
    prefix: str = ""

    def invoice(self, customer: str, prefix: str = "", country: str = "United Kingdom") -> None:
        self.number += 1
        self.clock += timedelta(minutes=self.dice.randint(2, 90))
        self.customer, self.prefix, self.country = customer, prefix, country

    def line(self, thing: Thing, pieces: int, *, price: str = "", text: str | None = None) -> None:
        price = price or f"{thing.price // 100}.{thing.price % 100:02d}"
        name = thing.name if text is None else text
        number, at = f"{self.prefix}{self.number}", f"{self.clock:%Y-%m-%d %H:%M:%S}"
        customer = f"{self.customer}.0" if self.customer else ""
        self.rows.append((number, thing.code, name, pieces, at, price, customer, self.country))

    def some(self, things: list[Thing], count: int) -> None:
        for thing in self.dice.sample(things, count):
            self.line(thing, self.dice.choice((1, 2, 3, 6, 12, 24)))


def write_made_month(folder: Path, seed: int = 1) -> Path:
    """Write the made month into `folder` and return its file."""
    file = folder / f"{_MONTH}.csv"
    with file.open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(COLUMNS)
        writer.writerows(_make(random.Random(seed)).rows)  # noqa: S311  # made data, no secret
    return file


def _make(dice: random.Random) -> Month:
    month, shelf = Month(dice), _shelf(dice)
    specials = list(_specials(month, shelf))
    customers = [str(20_000 + place) for place in range(40)]
    countries = cycle(_COUNTRIES)
    ordinary = INVOICES - sum(invoices for invoices, _ in specials)
    gaps = sorted(dice.sample(range(ordinary), len(specials)))
    for place in range(ordinary):
        while gaps and gaps[0] <= place:
            gaps.pop(0)
            specials.pop(0)[1]()
        if dice.random() < _RETURNS and _give_back(month):
            continue
        buyer = "" if dice.random() < _GUESTS else dice.choice(customers)
        month.invoice(buyer, country=next(countries))
        month.some(shelf, dice.randint(1, 12))
    return month


def _give_back(month: Month) -> bool:
    """Cancel a part of one earlier line, if a customer bought any."""
    bought = [row for row in month.rows if row[3] > 0 and row[6] and row[0].isdigit()]
    if not bought:
        return False
    _, code, name, pieces, _, price, customer, country = month.dice.choice(bought)
    month.invoice(customer.removesuffix(".0"), prefix="C", country=country)
    month.line(Thing(code, name, 0), -month.dice.randint(1, pieces), price=price)
    return True


def _shelf(dice: random.Random) -> list[Thing]:
    things = [
        Thing(f"{70_001 + place * 7}{dice.choice(('', '', 'A', 'BL'))}", f"{hue} {thing}", price)
        for place, (hue, thing) in enumerate((h, t) for t in _THINGS for h in _COLOURS)
        for price in (dice.randint(19, 2_999),)
    ]
    bags = [Thing(f"DCGS{place:04d}", f"Gift Bag {place}", 125 * place) for place in (1, 2, 3)]
    return things + bags + _wide_range(dice)


def _wide_range(dice: random.Random) -> list[Thing]:
    return [
        Thing(str(80_001 + place), f"Ribbon No. {place}", dice.randint(5, 400))
        for place in range(150)
    ]


def _specials(month: Month, shelf: list[Thing]) -> Iterator[tuple[int, Callable[[], None]]]:
    """How many invoices each oddity takes, and what writes it."""
    letters = next(thing for thing in shelf if thing.code.endswith("A"))
    one, two = shelf[:2]
    yield 1, lambda: _two_cases(month, letters)
    yield 1, lambda: _two_prices(month, one)
    yield 1, lambda: _two_timestamps(month, shelf)
    yield 2, lambda: _large(month, shelf)
    yield 1, lambda: _not_goods(month, one)
    yield 4, lambda: _unsold(month, one, two)
    yield 2, lambda: _c_not_goods_and_guest(month, one)
    yield 4, lambda: _c_refused(month, shelf)
    yield 3, lambda: _c_spanning(month, two)
    yield 4, lambda: _c_twice(month, one, two)
    yield 2, lambda: _c_whole(month, shelf)


def _two_cases(month: Month, thing: Thing) -> None:
    month.invoice("30001")
    month.line(thing, 2)
    month.line(Thing(thing.code.lower(), thing.name, thing.price), 3)


def _two_prices(month: Month, thing: Thing) -> None:
    month.invoice("30002")
    month.line(thing, 4)
    month.line(thing, 40, price="0.15")
    month.line(thing, 1)


def _two_timestamps(month: Month, shelf: list[Thing]) -> None:
    month.invoice("30003")
    month.some(shelf, 3)
    month.clock += timedelta(minutes=1)
    month.line(shelf[5], 1, text=f"sent by mistake ({shelf[5].code}) label")
    month.line(shelf[6], 1, text="")


def _large(month: Month, shelf: list[Thing]) -> None:
    month.invoice("")
    month.some(shelf, 180)
    month.invoice("30004")
    month.line(shelf[7], 12_345)


def _not_goods(month: Month, thing: Thing) -> None:
    month.invoice("30005", country="EIRE")
    month.line(thing, 1)
    for code in ("POST", "M", "gift_0001_10", "BANK CHARGES"):
        month.line(Thing(code, "Not a thing", 700), 1)


def _unsold(month: Month, one: Thing, two: Thing) -> None:
    month.invoice("")
    month.line(one, -15, price="0.0", text="lost?")
    month.invoice("30006")
    month.line(one, 5, price="0.0")
    month.line(two, 10, price="0.001")
    month.line(two, 1)
    month.invoice("", prefix="A")
    month.line(Thing("B", "Written off", 0), 1, price="-123.45")
    month.invoice("")
    month.line(Thing("S", "Samples", 0), 1, price="0.001")


def _c_not_goods_and_guest(month: Month, thing: Thing) -> None:
    month.invoice("30005", prefix="C", country="EIRE")
    month.line(Thing("POST", "Postage", 700), -1)
    month.invoice("", prefix="C")
    month.line(thing, -1)


def _c_refused(month: Month, shelf: list[Thing]) -> None:
    one, two, other = shelf[:3]
    month.invoice("30007")
    month.line(one, 5)
    month.invoice("30007", prefix="C")
    month.line(other, -1)
    month.line(one, -1, price="99.99")
    month.invoice("30007", prefix="C")
    month.line(one, -6)
    month.line(two, -1)
    month.invoice("30007", prefix="C")
    month.line(one, -5)


def _c_spanning(month: Month, thing: Thing) -> None:
    for pieces in (4, 6):
        month.invoice("30008")
        month.line(thing, pieces)
    month.invoice("30008", prefix="C")
    month.line(thing, -8)


def _c_twice(month: Month, one: Thing, two: Thing) -> None:
    month.invoice("30009")
    month.line(one, 10)
    month.line(two, 10)
    for _ in range(2):
        month.invoice("30009", prefix="C")
        month.line(one, -2)
        month.line(two, -3)
    month.invoice("30009", prefix="C")
    month.line(one, -7)


def _c_whole(month: Month, shelf: list[Thing]) -> None:
    month.invoice("30010")
    month.line(shelf[9], 3)
    month.line(shelf[10], 1)
    month.invoice("30010", prefix="C")
    month.line(shelf[10], -1)
    month.line(shelf[9], -3)
