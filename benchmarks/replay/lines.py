"""Reads invoice lines from monthly CSV files, gzipped or plain, in file order."""

import csv
import gzip
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TextIO

COLUMNS = (
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
)
SUFFIXES = (".csv.gz", ".csv")
_MONTH = re.compile(r"\d{4}-\d{2}")


class BadInputError(Exception):
    """The files or the months asked for cannot be read; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of one invoice; `customer` is empty for a guest."""

    invoice: str
    code: str
    description: str
    quantity: int
    price: Decimal
    customer: str
    country: str
    month: str = ""
    """As in 2010-12."""

    @property
    def amount(self) -> Decimal:
        return self.quantity * self.price

    @property
    def pence(self) -> int:
        """The unit price in minor units; exact for every line that is sold."""
        return int(self.price * 100)


def read_lines(files: Iterable[Path]) -> Iterator[Line]:
    """Yield every line of every file; a malformed one raises BadInputError with its place."""
    for file in files:
        with _open(file) as text:
            rows = csv.reader(text)
            if tuple(next(rows, ())) != COLUMNS:
                raise BadInputError(f"{file}: the columns must be {','.join(COLUMNS)}")
            for number, row in enumerate(rows, start=2):
                try:
                    yield _line(row)
                except (ValueError, InvalidOperation) as error:
                    raise BadInputError(f"{file}, record {number}: {error!r}") from error


def find_files(folder: Path, months: str) -> list[Path]:
    """Name the files of `2010-12`, `2010-12,2011-01` or `2010-12..2011-08`; empty means all."""
    here = {_month(path): path for path in sorted(folder.glob("*.csv*")) if _month(path)}
    if not here:
        raise BadInputError(f"{folder} holds no file such as 2010-12.csv.gz")
    wanted = sorted(here) if not months else _expand(months, sorted(here))
    missing = [month for month in wanted if month not in here]
    if missing:
        raise BadInputError(f"{folder} has no file for {', '.join(missing)}")
    return [here[month] for month in wanted]


def _expand(months: str, here: list[str]) -> list[str]:
    wanted: list[str] = []
    for part in months.split(","):
        first, dots, last = part.strip().partition("..")
        ends = (first, last) if dots else (first,)
        if not all(_MONTH.fullmatch(end) for end in ends):
            raise BadInputError(f"MONTHS: {part!r} is neither 2010-12 nor 2010-12..2011-08")
        span = [month for month in here if first <= month <= last] if dots else []
        wanted += sorted({first, last, *span}) if dots else [first]
    return wanted


def _month(path: Path) -> str:
    month = next((path.name.removesuffix(s) for s in SUFFIXES if path.name.endswith(s)), "")
    return month if _MONTH.fullmatch(month) else ""


def _open(file: Path) -> TextIO:
    if file.suffix == ".gz":
        return io.TextIOWrapper(gzip.open(file), encoding="utf-8", newline="")
    return file.open(encoding="utf-8", newline="")


def _line(row: list[str]) -> Line:
    invoice, code, description, quantity, at, price, customer, country = row
    return Line(
        invoice=invoice,
        code=code.upper(),
        description=description.strip(),
        quantity=int(quantity),
        price=Decimal(price),
        customer=customer.removesuffix(".0"),
        country=country,
        month=at[:7],
    )
