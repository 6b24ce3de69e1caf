"""The reports of the replayed months from first to last. Import it once Django is set up.

Faulty reports come, all that is wrong in them is found, what can be healed is, people do the rest,
the provider issues its reports anew, and in the end the books are one.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, timedelta
from pathlib import Path
from typing import Final

from benchmarks.ahead import Ahead
from benchmarks.replay.settled.desk import Desk, seen
from benchmarks.replay.settled.expect import Found, Printed, differences, expected, extra
from benchmarks.replay.settled.judge import CURRENCY, Papers, judge
from benchmarks.replay.settled.office import Fault, Office
from benchmarks.replay.settled.outcome import Settled
from benchmarks.replay.settled.planted import Planted, healed_of, plant
from benchmarks.replay.settled.printed import Row, rows_of, without_a_capture
from benchmarks.replay.settled.seed import choose
from payments.models import Attempt, Discrepancy, ProviderAccount, SettlementFile
from payments.models.discrepancy import UNRESOLVED
from payments.models.settlement import FileKind, FileState
from payments.reconciliation.fetch import fetch_reports
from payments.reconciliation.heal import heal

ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Given:
    """What the story begins with: the sales as they should stand, where things lie, the clock."""

    sales: Mapping[str, tuple[int, int]]
    work: Path
    database: Path
    clock: Ahead
    drop_one: bool


@dataclass(slots=True)
class Story:
    """All of it, act by act, in the order of the methods."""

    given: Given
    office: Office
    desk: Desk
    true: dict[date, bytes] = field(default_factory=dict)
    faults: dict[date, list[Fault]] = field(default_factory=dict)
    printed: dict[date, bytes] = field(default_factory=dict)
    files: dict[date, SettlementFile] = field(default_factory=dict)
    planted: Planted = field(default_factory=list)
    settlements: list[bytes] = field(default_factory=list)
    statements: list[bytes] = field(default_factory=list)
    seen: set[Found] = field(default_factory=set)

    def prepare(self) -> None:
        """Close the last day, and have faults made in every report, and in our books."""
        self.given.clock.move_on(ONE_DAY)
        self.true = {day: self.office.settlement(day) for day in self._days()}
        self.faults = dict(choose(self.office, self.true))
        rows = self._true_rows()
        wrong = (fault.id for told in self.faults.values() for fault in told)
        self.planted = plant({rows[name]["reference"] for name in wrong if name in rows})

    def import_all(self) -> None:
        """Day by day, then until nothing that is missing can be late any more."""
        for day in self.true:
            self.printed[day] = self.office.settlement(day)
            self.files[day] = self.desk.import_report(day, self.printed[day])
            self._import_statement(day)
            self._look()
        for days in (1, self.desk.account.settlement_days):
            self.given.clock.move_on(days * ONE_DAY)
            fetch_reports()
            self._look()

    def settle(self) -> int:
        """Ask the bank where that helps, let people do the rest; how many were healed."""
        heal(self.desk.account)
        self.desk.compare()
        self.desk.adjust_duplicates()
        healed = healed_of(self.planted)
        self.office.want(None)
        reissued = [*self._replace_reports(), *self._replace_statements()]
        self.desk.wait_for_worker(reissued)
        # Compared while its file was away, what was booked twice was undone, and is asked anew.
        self.desk.compare()
        self.desk.adjust_duplicates()
        return healed

    def end(self, healed: int) -> Settled:
        sums = judge(self._papers())
        wanted = [*self._wanted(), *self.planted]
        problems = [*differences(wanted, self.seen), *self._leftovers()]
        unknown = sum(kind == "missing_in_ledger" for _, kind in self.planted)
        if healed != unknown:
            problems.append(f"{unknown} captures were unknown to us, {healed} are healed")
        files = SettlementFile.objects.all()
        rows = Discrepancy.objects.exclude(state__in=UNRESOLVED).order_by("pk")
        return Settled(
            sums=sums,
            files=files.count(),
            lines=sum(files.values_list("lines_read", flat=True)),
            faults=Counter(kind for _, kind in sorted(wanted, key=lambda each: each[1])),
            found=len(set(wanted) & self.seen),
            extra=len(extra(wanted, self.seen)),
            healed=healed,
            resolved=Counter(rows.values_list("resolution", flat=True)),
            unresolved=Discrepancy.objects.filter(state__in=UNRESOLVED).count(),
            problems=[*problems, *sums.differences],
        )

    def _days(self) -> list[date]:
        """From that of the first payment to yesterday, by the bank's zone and clock."""
        first = Attempt.objects.earliest("created_at").created_at.astimezone(UTC).date()
        days = (self.given.clock.now().date() - first).days
        return [first + count * ONE_DAY for count in range(days)]

    def _look(self) -> None:
        self.desk.compare()
        self.seen |= seen()

    def _true_rows(self) -> dict[str, Row]:
        return {row["id"]: row for text in self.true.values() for row in rows_of(text).values()}

    def _wanted(self) -> list[Found]:
        printed = {
            day: Printed(self.files[day].pk, rows_of(self.printed[day])) for day in self.faults
        }
        return expected(self.faults, printed, self._true_rows())

    def _import_statement(self, day: date) -> None:
        body = self.office.statement(day)
        if len(body.splitlines()) > 1:
            path = self.given.work / f"{day} statement.csv"
            path.write_bytes(body)
            self.desk.import_statement(path)

    def _replace_reports(self) -> Iterator[SettlementFile]:
        """Each report that is not what the bank says now; with `drop_one` one lacks a capture."""
        drop = self.given.drop_one
        for file in self._loaded(FileKind.REPORT):
            assert file.first_day is not None  # noqa: S101  # every report of the bank says it
            body = self.office.settlement(file.first_day)
            if drop:
                body, drop = without_a_capture(body), False
            self.settlements.append(body)
            if hashlib.sha256(body).hexdigest() != file.sha256:
                yield self.desk.replace(file, body)

    def _replace_statements(self) -> Iterator[SettlementFile]:
        for file in self._loaded(FileKind.STATEMENT):
            assert file.first_day is not None  # noqa: S101  # that of its only line
            body = self.office.statement(file.first_day)
            self.statements.append(body)
            if hashlib.sha256(body).hexdigest() != file.sha256:
                yield self.desk.replace(file, body)

    def _loaded(self, kind: FileKind) -> list[SettlementFile]:
        loaded = SettlementFile.objects.filter(kind=kind, state=FileState.LOADED)
        return list(loaded.order_by("first_day"))

    def _papers(self) -> Papers:
        held = _held(self.given.database, self.desk.account.code)
        return Papers(self.given.sales, self.settlements, self.statements, held)

    def _leftovers(self) -> list[str]:
        left = Discrepancy.objects.filter(state__in=UNRESOLVED).order_by("kind", "subject")
        return [f"not resolved: {each.kind} of {each.subject}" for each in left]


def _held(database: Path, code: str) -> int:
    """What our ledger has at the bank, read past the product's own code."""
    question = "SELECT SUM(amount) FROM payments_posting WHERE account = ? AND currency = ?"
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as table:
        return int(table.execute(question, (f"provider:{code}", CURRENCY)).fetchone()[0] or 0)


def reconcile_all(given: Given) -> Settled:
    """Play the story over a shop whose sales are settled, and judge its end."""
    account = ProviderAccount.objects.get(provider="sandbox")
    office = Office(account.base_url, account.for_provider().secrets["api_key"])
    story = Story(given, office, Desk(account))
    try:
        story.prepare()
        story.import_all()
        return story.end(story.settle())
    finally:
        office.close()
