"""Lines of a report on their way into the database: checked and written by the thousand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import compress, islice
from typing import Any, Final, TypeGuard
from zoneinfo import ZoneInfo

from payments.models import SettlementTotal
from payments.providers.cause import Cause, because
from payments.providers.reports import BadLine, LineKind, ReportLine
from payments.reconciliation.rows import insert
from payments.reconciliation.store import Columns, storing

OF_TOTALS: Final = "payout_ref", "kind", "method", "currency", "settled_currency"
"""What lines have in common, besides their day, that add up to one total."""
DAY: Final = "day"
"""Of settlement, in the zone of the account."""
Span = tuple[date, date]
"""The first and the last day on which a line of the file may be settled."""
TOGETHER: Final = 100
"""Lines that are looked through and stored as one, while they are in the processor's own memory."""
LONGEST: Final = 120
LONGEST_METHOD: Final = 40
LARGEST: Final = 10**15
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


SUMS: Final = tuple(each.name for each in fields(Sums))


@dataclass(frozen=True, slots=True)
class Own:
    """What a line says that is about our account: its merchant and mode, or nothing."""

    merchants: frozenset[str]
    modes: frozenset[str]


class Batch:
    """Lines of one file that are stored by one transaction, and what they add up to.

    They go to the database some at a time, so that it stores these while those are read.
    """

    def __init__(self, file_id: int, days: Days, span: Span) -> None:
        self.bad: list[BadLine] = []
        self.stray: list[tuple[ReportLine, str]] = []
        self.count = self.elsewhere = 0
        self._file_id, self._day = file_id, days.of
        self._first, self._last = span
        self._sums: dict[tuple[Any, ...], Sums] = {}

    def write(self, lines: Iterator[ReportLine | BadLine], own: Own) -> None:
        """Store lines, then their totals; the caller has a transaction open."""
        with storing(self._file_id) as store:
            while some := list(islice(lines, TOGETHER)):
                if columns := self._good(some, own):
                    store(columns, "")
                    self._add_up(columns)
            for line, stray in self.stray:
                store(self._columns([line]), stray)
        self.count += len(self.stray)
        insert(SettlementTotal, ("file_id", DAY, *OF_TOTALS, *SUMS), self._totals())

    def _good(self, lines: Sequence[ReportLine | BadLine], own: Own) -> Columns | None:
        """Those that are ours and have a place in our columns; the others are put aside.

        Most are fine, and looked through together: one by one takes twice as long.
        """
        if _are_lines(lines):
            columns = self._columns(lines)
            days = columns[DAY]
            if self._first <= min(days) <= max(days) <= self._last and _all_fine(columns, own):
                return columns
        good = list(self._each(lines, own))
        return self._columns(good) if good else None

    def _columns(self, lines: Sequence[ReportLine]) -> Columns:
        """The values of lines by field, and their days."""
        columns = dict(zip(ReportLine._fields, zip(*lines, strict=True), strict=True))
        columns[DAY] = tuple(map(self._day, columns["settled_at"]))
        return columns

    def _each(self, lines: Sequence[ReportLine | BadLine], own: Own) -> Iterator[ReportLine]:
        for line in lines:
            if isinstance(line, BadLine):
                self.bad.append(line)
            elif why := _unstorable(line) or _meaningless(line) or self._elsewhere(line):
                self.bad.append(BadLine(line.number, why, f"{line.kind} {line.provider_ref}"))
            elif line.merchant_id in own.merchants and line.mode in own.modes:
                yield line
            else:
                stray = f"{line.merchant_id} {line.mode}".strip()
                self.stray.append((line, stray[:LONGEST]))

    def _elsewhere(self, line: ReportLine) -> Cause | None:
        """Why its day is none of its file's; None where it is, or next to one: zones differ."""
        day = self._day(line.settled_at)
        if self._first <= day <= self._last:
            return None
        self.elsewhere += 1
        return because(
            "%(day)s is no day of this report: is the account's time zone of reports right?",
            day=day,
        )

    def _add_up(self, columns: Columns) -> None:
        keys = zip(*map(columns.__getitem__, (DAY, *OF_TOTALS)), strict=True)
        values = map(columns.__getitem__, ("gross", "fee", "settled_gross", "occurred_at"))
        for key, gross, fee, settled_gross, at in zip(keys, *values, strict=True):
            sums = self._sums.get(key)
            if sums is None:
                self._sums[key] = Sums(1, gross, settled_gross or 0, fee, at, at)
                continue
            sums.lines += 1
            sums.gross += gross
            sums.fee += fee
            if settled_gross:
                sums.settled_gross += settled_gross
            if at < sums.first_at:
                sums.first_at = at
            elif at > sums.last_at:
                sums.last_at = at
        self.count += len(columns["number"])

    def _totals(self) -> Iterator[Sequence[object]]:
        for key, sums in self._sums.items():
            yield self._file_id, *key, *(getattr(sums, name) for name in SUMS)


def _are_lines(lines: Sequence[ReportLine | BadLine]) -> TypeGuard[Sequence[ReportLine]]:
    return all(line.__class__ is ReportLine for line in lines)


def _all_fine(columns: Columns, own: Own) -> bool:
    """Whether all can be stored as they are; False where one has to be looked at."""
    words = max(map(len, columns["provider_ref"] + columns["our_ref"] + columns["payout_ref"]))
    amounts = *columns["gross"], *columns["fee"]
    return (
        own.merchants.issuperset(columns["merchant_id"])
        and own.modes.issuperset(columns["mode"])
        and words <= LONGEST
        and max(map(len, columns["method"])) <= LONGEST_METHOD
        and -LARGEST < min(amounts) <= max(amounts) < LARGEST
        and not any(columns["settled_gross"])
        and not _has_meaningless(columns)
        and {moment.tzinfo for moment in columns["occurred_at"] + columns["settled_at"]} == {UTC}
    )


def _unstorable(line: ReportLine) -> Cause | None:
    """Why a line has no place in our columns; None where it has."""
    _, _, theirs, ours, method, _, gross, fee, _, settled_gross, at, by, payout, _, _ = line
    if len(theirs) > LONGEST or len(ours) > LONGEST or len(payout) > LONGEST:
        return because("a reference has more than %(most)s characters", most=LONGEST)
    if len(method) > LONGEST_METHOD:
        return because("the method has more than %(most)s characters", most=LONGEST_METHOD)
    if not (-LARGEST < gross < LARGEST and -LARGEST < fee < LARGEST > abs(settled_gross or 0)):
        return because("an amount is too large")
    in_utc = at.tzinfo is UTC and by.tzinfo is UTC
    return None if in_utc else because("a moment is not in UTC")


def _meaningless(line: ReportLine) -> Cause | None:
    """Why no book could follow a line; None where one can."""
    if line.kind == LineKind.FEE and (line.gross or line.settled_gross):
        return because("a fee by itself moves nothing besides: its gross is not zero")
    if line.kind == LineKind.PAYOUT and not line.payout_ref:
        return because("a payout has no reference")
    return None


def _has_meaningless(columns: Columns) -> bool:
    """The same of some lines whose settled gross is nothing: most have neither kind."""
    kinds = columns["kind"]
    fees = compress(columns["gross"], map(LineKind.FEE.__eq__, kinds))
    if LineKind.FEE in kinds and any(fees):
        return True
    sent = compress(columns["payout_ref"], map(LineKind.PAYOUT.__eq__, kinds))
    return LineKind.PAYOUT in kinds and not all(sent)
