"""Lines of a report on their way into the database: checked and written by the thousand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from django.db import connection

from payments.models import SettlementLine, SettlementTotal
from payments.providers.reports import BadLine, ReportLine

COLUMNS: Final = (
    "file_id",
    "line_no",
    "kind",
    "provider_ref",
    "our_ref",
    "method",
    "currency",
    "gross",
    "fee",
    "settled_currency",
    "settled_gross",
    "occurred_at",
    "settled_at",
    "payout_ref",
    "stray",
)
SETTLED_GROSS: Final = COLUMNS.index("settled_gross")
LONGEST: Final = 120
LONGEST_METHOD: Final = 40
LARGEST: Final = 10**15
Row = tuple[
    int, int, str, str, str, str, str, int, Decimal, str, int | None, datetime, datetime, str, str
]
"""Values for COLUMNS."""
QUARTER: Final = 900.0
"""Seconds: no zone changes its day within a quarter of an hour."""


class Days:
    """The day of a moment in one zone, remembered by the quarter of an hour."""

    def __init__(self, zone: str) -> None:
        self._zone = ZoneInfo(zone)
        self._known: dict[float, date] = {}
        self.of = datetime.date if zone == "UTC" else self._of

    def _of(self, moment: datetime) -> date:
        quarter = moment.timestamp() // QUARTER
        day = self._known.get(quarter)
        if day is None:
            day = self._known[quarter] = moment.astimezone(self._zone).date()
        return day


@dataclass(slots=True)
class Sums:
    """What lines of one kind, day and payout add up to."""

    lines: int
    gross: int
    settled_gross: int
    fee: Decimal
    first_at: datetime
    last_at: datetime


class Batch:
    """So many lines of one file, and what they add up to. Filled, written, thrown away."""

    def __init__(self, file_id: int, days: Days) -> None:
        self.rows: list[Row] = []
        self.bad: list[BadLine] = []
        self.stray: list[tuple[ReportLine, str]] = []
        self._file_id, self._day = file_id, days.of
        self._sums: dict[tuple[date, str, str, str, str, str], Sums] = {}

    def add(self, line: ReportLine, stray: str) -> None:
        """Take one line; what has no place in our columns becomes a bad one."""
        number, kind, provider_ref, our_ref, method, currency, gross, fee = line[:8]
        settled_currency, settled_gross, occurred, settled, payout_ref, _, _ = line[8:]
        if (
            len(provider_ref) + len(our_ref) + len(payout_ref) + len(stray) > LONGEST
            or len(method) > LONGEST_METHOD
            or not (-LARGEST < gross < LARGEST and -LARGEST < fee < LARGEST)
        ) and (why := unstorable(line, stray)):
            self.bad.append(BadLine(number, why, f"{kind} {provider_ref} {our_ref}"))
            return
        if occurred.tzinfo is not UTC or settled.tzinfo is not UTC:
            occurred, settled = occurred.astimezone(UTC), settled.astimezone(UTC)
        self.rows.append(
            (
                *(self._file_id, number, kind, provider_ref, our_ref, method, currency, gross),
                *(fee, settled_currency, settled_gross, occurred, settled, payout_ref, stray),
            )
        )
        if stray:
            self.stray.append((line, stray))
            return
        key = (self._day(settled), payout_ref, kind, method, currency, settled_currency)
        sums = self._sums.get(key)
        if sums is None:
            self._sums[key] = Sums(1, gross, settled_gross or 0, fee, occurred, occurred)
            return
        sums.lines += 1
        sums.gross += gross
        sums.settled_gross += settled_gross or 0
        sums.fee += fee
        if occurred < sums.first_at:
            sums.first_at = occurred
        elif occurred > sums.last_at:
            sums.last_at = occurred

    def write(self) -> None:
        """Store lines and totals; the caller has a transaction open."""
        if self.rows:
            _copy(self.rows) if connection.vendor == "postgresql" else _insert(self.rows)
        SettlementTotal.objects.bulk_create(self._totals())

    def _totals(self) -> Iterator[SettlementTotal]:
        for key, sums in self._sums.items():
            day, payout_ref, kind, method, currency, settled_currency = key
            yield SettlementTotal(
                file_id=self._file_id,
                day=day,
                payout_ref=payout_ref,
                kind=kind,
                method=method,
                currency=currency,
                settled_currency=settled_currency,
                **{each.name: getattr(sums, each.name) for each in fields(Sums)},
            )


def unstorable(line: ReportLine, stray: str) -> str:
    """Why a line has no place in our columns; "" where it has."""
    if max(map(len, (line.provider_ref, line.our_ref, line.payout_ref, stray))) > LONGEST:
        return f"a reference has more than {LONGEST} characters"
    if len(line.method) > LONGEST_METHOD:
        return f"the method has more than {LONGEST_METHOD} characters"
    if max(abs(line.gross), abs(line.settled_gross or 0), int(abs(line.fee))) >= LARGEST:
        return "an amount is too large"
    return ""


def _copy(rows: Sequence[Row]) -> None:
    """PostgreSQL reads text quickest."""
    text = _as_text(rows)
    names = ", ".join(COLUMNS)
    table = SettlementLine._meta.db_table  # noqa: SLF001  # Django's documented _meta
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        copy.write(text)


def _as_text(rows: Sequence[Row]) -> str:
    text = "".join(
        [
            f"{f}\t{n}\t{k}\t{p}\t{o}\t{m}\t{c}\t{g}\t{fee}\t{sc}\t"
            f"{NULL if sg is None else sg}\t{at}\t{sat}\t{po}\t{stray}\n"
            for f, n, k, p, o, m, c, g, fee, sc, sg, at, sat, po, stray in rows
        ]
    )
    nulls = sum(row[SETTLED_GROSS] is None for row in rows)
    told = text.count("\t"), text.count("\n"), text.count("\\"), text.count("\r")
    if told == (len(rows) * (len(COLUMNS) - 1), len(rows), nulls, 0):
        return text
    return "".join("\t".join(map(_escaped, row)) + "\n" for row in rows)


NULL: Final = "\\N"
_ESCAPES: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _escaped(value: object) -> str:
    return NULL if value is None else str(value).translate(_ESCAPES)


def _insert(rows: Sequence[Row]) -> None:
    marks = ", ".join(["%s"] * len(COLUMNS))
    table = SettlementLine._meta.db_table  # noqa: SLF001  # Django's documented _meta
    statement = f"INSERT INTO {table} ({', '.join(COLUMNS)}) VALUES ({marks})"  # noqa: S608  # names of ours only
    with connection.cursor() as cursor:
        cursor.executemany(statement, [_plain(row) for row in rows])


def _plain(row: Row) -> tuple[int | str | None, ...]:
    """As Django keeps them on a database without zones: moments in UTC, without saying so."""
    file, number, kind, theirs, ours, method, currency, gross, fee = row[:9]
    settled_currency, settled_gross, occurred, settled, payout, stray = row[9:]
    return (
        *(file, number, str(kind), theirs, ours, method, currency, gross, str(fee)),
        *(settled_currency, settled_gross, str(occurred)[:-6], str(settled)[:-6], payout, stray),
    )
