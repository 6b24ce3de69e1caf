"""Reading a statement of our bank account into the database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import islice
from typing import IO, Final

from django.db import transaction
from django.utils.translation import gettext as _

from orders.clock import now
from payments.models import BankLine, Discrepancy, SettlementFile
from payments.models.discrepancy import DiscrepancyKind
from payments.models.settlement import FileKind, FileState
from payments.providers.reports import BadLine, ReportRefused
from payments.reconciliation.load import Claim, LostClaim, refuse
from payments.reconciliation.source import open_text
from payments.statements import BankRow, StatementHeader, open_statement

SOME: Final = 2000
LONGEST: Final = 140
Days = tuple[date | None, date | None]
"""The first and the last; None where there are none."""


def load(file: SettlementFile, body: IO[bytes], mine: Claim) -> bool:
    """Read a claimed statement to its end; False where it is refused, and then it says why.

    All of it or nothing: statements are short. Raises LostClaim where another has taken it over.
    """
    try:
        with open_text(body) as text, transaction.atomic():
            statement = open_statement(text)
            _refuse_twice(file, statement.header)
            bad = _keep(file, statement.lines())
            _one_at_a_time()
            _refuse_twice(file, statement.header)
            _refuse_same_rows(file, statement.header)
            _end(file, statement.header, mine, bad=bad)
    except ReportRefused as refusal:
        refuse(file, refusal, mine)
        return False
    return True


def _one_at_a_time() -> None:
    """Wait for whoever is about to end another statement: it may be the same one in other bytes."""
    reading = SettlementFile.objects.filter(kind=FileKind.STATEMENT, state=FileState.READING)
    list(reading.select_for_update(no_key=True).order_by("pk").values_list("pk"))


def _refuse_twice(file: SettlementFile, header: StatementHeader) -> None:
    """The bank gives each statement a number; the same number again is the same statement."""
    named = set(_numbers(header))
    if not named:
        return
    loaded = SettlementFile.objects.filter(kind=FileKind.STATEMENT, state=FileState.LOADED)
    same = loaded.filter(statement_of=header.account_id[:LONGEST]).exclude(pk=file.pk)
    for other in same.order_by("pk").only("name", "statement_id", "more_statements"):
        if twice := named & {other.statement_id, *other.more_statements}:
            raise ReportRefused(
                _("statement %(id)s came in already, as file %(name)s")
                % {"id": min(twice), "name": other.name}
            )


def _refuse_same_rows(file: SettlementFile, header: StatementHeader) -> None:
    """Without a number, it is the same statement where the days of both have the same rows.

    Or those of one among those of the other: an export of the afternoon has the morning's too. Of
    two accounts of ours, both may have a file with the same days.
    """
    days = _days(file)
    if None in days:
        return
    loaded = SettlementFile.objects.filter(kind=FileKind.STATEMENT, state=FileState.LOADED)
    others = loaded.filter(first_day__lte=days[1], last_day__gte=days[0]).exclude(pk=file.pk)
    account = header.account_id[:LONGEST]
    if account:
        others = others.filter(statement_of__in=("", account))
    if _numbers(header):
        others = others.filter(statement_id="")
    for other in others.order_by("pk"):
        mine = _rows(file, (other.first_day, other.last_day))
        theirs = _rows(other, days)
        if mine and theirs and (mine <= theirs or theirs <= mine):
            raise ReportRefused(
                _(
                    "its lines are in the file %(name)s already, which came in as number %(pk)s; "
                    "take that one back if this one is to replace it"
                )
                % {"name": other.name, "pk": other.pk}
            )


def _rows(file: SettlementFile, days: Days) -> Counter[tuple[object, ...]]:
    """What a statement says of some days; the same row may stand there several times."""
    rows = file.bank_lines.filter(day__range=days)
    return Counter(rows.values_list("day", "currency", "amount", "reference"))


def _numbers(header: StatementHeader) -> list[str]:
    """Those of all statements in the file that have one."""
    every = (header.statement_id, *header.more_statements)
    return [number[:LONGEST] for number in every if number]


def _keep(file: SettlementFile, rows: Iterator[BankRow | BadLine]) -> int:
    bad = 0
    while some := list(islice(rows, SOME)):
        broken = [row for row in some if isinstance(row, BadLine)]
        bad += len(broken)
        BankLine.objects.bulk_create(
            BankLine(
                file=file,
                line_no=row.number,
                day=row.day,
                currency=row.currency,
                amount=row.amount,
                reference=row.reference,
                text=row.text,
            )
            for row in some
            if isinstance(row, BankRow)
        )
        Discrepancy.objects.bulk_create(
            Discrepancy(
                subject=f"line:{file.pk}:{row.number}",
                kind=DiscrepancyKind.UNPARSEABLE_LINE,
                file=file,
                line_no=row.number,
                detail=f"{row.why}: {row.text}"[:600],
            )
            for row in broken
        )
    return bad


def _end(file: SettlementFile, header: StatementHeader, mine: Claim, *, bad: int) -> None:
    first, last = header.first_day, header.last_day
    if first is None or last is None:
        first, last = _days(file)
    reading = SettlementFile.objects.filter(state=FileState.READING)
    loaded = reading.filter(pk=file.pk, claim=mine.token).update(
        state=FileState.LOADED,
        first_day=first,
        last_day=last,
        opening=dict(header.opening),
        closing=dict(header.closing),
        statement_id=header.statement_id[:LONGEST],
        more_statements=[number[:LONGEST] for number in header.more_statements],
        statement_of=header.account_id[:LONGEST],
        lines_read=file.bank_lines.count(),
        bad_lines=bad,
        bytes_read=file.size,
        ended_at=now(),
    )
    if not loaded:
        raise LostClaim(f"settlement file {file.pk}")


def _days(file: SettlementFile) -> Days:
    days = file.bank_lines.order_by("day").values_list("day", flat=True)
    return days.first(), days.last()
