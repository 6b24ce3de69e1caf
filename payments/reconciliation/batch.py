"""Lines of a report on their way into the database: checked and written by the thousand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import compress, islice
from typing import Any, Final, TypeGuard
from zoneinfo import ZoneInfo

from django.db import connection

from payments.models import SettlementLine, SettlementTotal
from payments.providers.reports import BadLine, LineKind, ReportLine
from payments.reconciliation.keys import marks, table

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
STORED: Final = ReportLine._fields.index("merchant_id")
"""So many fields of a line are stored as they are, in their order."""
NULL: Final = "\\N"
ROW: Final = "%s\t" * 10 + "%s+00\t%s+00\t%s\t%s\n"
"""A line for COPY after its file: moments are in UTC."""
_ESCAPES: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
TOGETHER: Final = 100
SOME: Final = 2000
"""Lines that are read while the database stores those before them."""
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


@dataclass(frozen=True, slots=True)
class Own:
    """What a line says that is about our account: its merchant and mode, or nothing."""

    merchants: frozenset[str]
    modes: frozenset[str]


class Batch:
    """Lines of one file that are stored by one transaction, and what they add up to.

    They go to the database some at a time, so that it stores these while those are read.
    """

    def __init__(self, file_id: int, days: Days) -> None:
        self.bad: list[BadLine] = []
        self.stray: list[tuple[ReportLine, str]] = []
        self.count = 0
        self._file_id, self._day = file_id, days.of
        self._sums: dict[tuple[date, str, str, str, str, str], Sums] = {}

    def write(self, lines: Iterator[ReportLine | BadLine], own: Own) -> None:
        """Store lines, then their totals; the caller has a transaction open."""
        with _storing(self._file_id) as store:
            while some := list(islice(lines, SOME)):
                if good := self._sorted(some, own):
                    store(good, "")
                    self._add_up(good)
                    self.count += len(good)
            for line, stray in self.stray:
                store([line], stray)
        self.count += len(self.stray)
        SettlementTotal.objects.bulk_create(self._totals())

    def _sorted(self, lines: Sequence[ReportLine | BadLine], own: Own) -> list[ReportLine]:
        """Those that are ours and have a place in our columns; the others are put aside.

        Most are fine, and looked through together: one by one takes twice as long.
        """
        good: list[ReportLine] = []
        for begin in range(0, len(lines), TOGETHER):
            some = lines[begin : begin + TOGETHER]
            good += some if _all_fine(some, own) else self._each(some, own)
        return good

    def _each(self, lines: Sequence[ReportLine | BadLine], own: Own) -> Iterator[ReportLine]:
        for line in lines:
            if isinstance(line, BadLine):
                self.bad.append(line)
            elif why := _unstorable(line) or _meaningless(line):
                self.bad.append(BadLine(line.number, why, f"{line.kind} {line.provider_ref}"))
            elif line.merchant_id in own.merchants and line.mode in own.modes:
                yield line
            else:
                stray = f"{line.merchant_id} {line.mode}".strip()
                self.stray.append((line, stray[:LONGEST]))

    def _add_up(self, lines: Sequence[ReportLine]) -> None:
        for line in lines:
            _, kind, _, _, method, currency, gross, fee, abroad, settled_gross, at = line[:11]
            key = (self._day(line[11]), line[12], kind, method, currency, abroad)
            sums = self._sums.get(key)
            if sums is None:
                self._sums[key] = Sums(1, gross, settled_gross or 0, fee, at, at)
                continue
            sums.lines += 1
            sums.gross += gross
            sums.settled_gross += settled_gross or 0
            sums.fee += fee
            if at < sums.first_at:
                sums.first_at = at
            elif at > sums.last_at:
                sums.last_at = at

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


def _all_fine(lines: Sequence[ReportLine | BadLine], own: Own) -> TypeGuard[Sequence[ReportLine]]:
    """Whether all can be stored as they are; False where one has to be looked at."""
    if any(line.__class__ is not ReportLine for line in lines):
        return False
    columns = _columns(lines)
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


def _columns(lines: Sequence[ReportLine | BadLine]) -> dict[str, tuple[Any, ...]]:
    """The values of some lines by field; none of them is a bad one."""
    return dict(zip(ReportLine._fields, zip(*lines, strict=True), strict=True))


def _unstorable(line: ReportLine) -> str:
    """Why a line has no place in our columns; "" where it has."""
    _, _, theirs, ours, method, _, gross, fee, _, settled_gross, at, by, payout, _, _ = line
    if len(theirs) > LONGEST or len(ours) > LONGEST or len(payout) > LONGEST:
        return f"a reference has more than {LONGEST} characters"
    if len(method) > LONGEST_METHOD:
        return f"the method has more than {LONGEST_METHOD} characters"
    if not (-LARGEST < gross < LARGEST and -LARGEST < fee < LARGEST > abs(settled_gross or 0)):
        return "an amount is too large"
    return "" if at.tzinfo is UTC and by.tzinfo is UTC else "a moment is not in UTC"


def _meaningless(line: ReportLine) -> str:
    """Why no book could follow a line; "" where one can."""
    if line.kind == LineKind.FEE and (line.gross or line.settled_gross):
        return "a fee by itself moves nothing besides: its gross is not zero"
    if line.kind == LineKind.PAYOUT and not line.payout_ref:
        return "a payout has no reference"
    return ""


def _has_meaningless(columns: Mapping[str, tuple[Any, ...]]) -> bool:
    """The same of some lines whose settled gross is nothing: most have neither kind."""
    kinds = columns["kind"]
    fees = compress(columns["gross"], map(LineKind.FEE.__eq__, kinds))
    if LineKind.FEE in kinds and any(fees):
        return True
    sent = compress(columns["payout_ref"], map(LineKind.PAYOUT.__eq__, kinds))
    return LineKind.PAYOUT in kinds and not all(sent)


Store = Callable[[Sequence[ReportLine], str], None]
"""Stores lines with what is foreign in them."""


@contextmanager
def _storing(file_id: int) -> Iterator[Store]:
    """PostgreSQL reads text quickest; others get rows."""
    into = f"{table(SettlementLine)} ({', '.join(COLUMNS)})"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {into} FROM STDIN") as copy:
                yield lambda lines, stray: copy.write(_as_text(lines, file_id, stray))
            return
        statement = f"INSERT INTO {into} VALUES ({marks(COLUMNS)})"  # noqa: S608  # names of ours only

        def insert(lines: Sequence[ReportLine], stray: str) -> None:
            cursor.executemany(statement, [_plain(line, file_id, stray) for line in lines])

        yield insert


def _as_text(lines: Sequence[ReportLine], file_id: int, stray: str) -> str:
    """As COPY reads it. What has to be escaped is found by counting, since next to nothing has."""
    columns = _columns(lines)
    occurred = list(map(_moment, columns["occurred_at"]))
    same = columns["occurred_at"] == columns["settled_at"]
    columns["settled_at"] = tuple(occurred if same else map(_moment, columns["settled_at"]))
    columns["occurred_at"] = tuple(occurred)
    abroad = [NULL if gross is None else gross for gross in columns["settled_gross"]]
    columns["settled_gross"] = tuple(abroad)
    cells = zip(*list(columns.values())[:STORED], [stray] * len(lines), strict=True)
    text = "".join(map(f"{file_id}\t{ROW}".__mod__, cells))
    nulls = abroad.count(NULL)
    told = text.count("\t"), text.count("\n"), text.count("\\"), text.count("\r")
    if told == (len(lines) * (len(COLUMNS) - 1), len(lines), nulls, 0):
        return text
    rows = ((file_id, *line[:STORED], stray) for line in lines)
    return "".join("\t".join(map(_escaped, row)) + "\n" for row in rows)


def _escaped(value: object) -> str:
    return NULL if value is None else str(value).translate(_ESCAPES)


def _moment(moment: datetime) -> str:
    """A moment in UTC as Django keeps it where a database has no zones; quicker than isoformat."""
    parts = moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second
    return "%04d-%02d-%02d %02d:%02d:%02d.%06d" % (*parts, moment.microsecond)  # noqa: UP031  # half as long as an f-string


def _plain(line: ReportLine, file_id: int, stray: str) -> tuple[int | str | None, ...]:
    """As a database without COPY takes them."""
    moments = _moment(line.occurred_at), _moment(line.settled_at)
    return (
        *(file_id, line.number, str(line.kind), *line[2:7], str(line.fee), *line[8:10]),
        *(*moments, line.payout_ref, stray),
    )
