"""Reading a statement of our bank account into the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import islice
from typing import IO, Final

from django.db import transaction
from django.db.models import Count, Q, Sum
from django.db.models.functions import Least

from orders.clock import now
from payments.conf import payment_settings
from payments.models import BankLine, Discrepancy, SettlementFile
from payments.models.settlement import FileKind, FileState
from payments.providers.cause import because
from payments.providers.reports import BadLine, ReportRefused
from payments.reconciliation.headers import EARLIEST, check_days
from payments.reconciliation.reading import Claim, Reader, refuse
from payments.reconciliation.source import open_text
from payments.statements import BankRow, StatementHeader, open_statement

SOME: Final = 2000
LONGEST: Final = 140
MOST_DAYS: Final = timedelta(days=4000)
Days = tuple[date | None, date | None]
"""The first and the last; None where there are none."""


def load(file: SettlementFile, body: IO[bytes], mine: Claim) -> bool:
    """Read a claimed statement to its end; False where it is refused, and then it says why.

    Its lines count once it has ended. Raises what the reader of a report does.
    """
    try:
        _read(Reader(file, mine), body)
    except ReportRefused as refusal:
        refuse(file, refusal, mine)
        return False
    return True


def _read(reader: Reader, body: IO[bytes]) -> None:
    with open_text(body, reader.alive) as text:
        statement = open_statement(text)
        _refuse_twice(reader.file, statement.header)
        names_days = statement.header.first_day is not None
        rows = statement.lines()
        while some := list(islice(rows, SOME)):
            with transaction.atomic():
                reader.go_on()
                _keep(reader, some)
                reader.say(text)
        with transaction.atomic():
            _one_at_a_time()
            _refuse_twice(reader.file, statement.header)
            _refuse_same_rows(reader.file, statement.header)
            header = statement.header
            named = header.first_day, header.last_day
            _end(reader, header, named if names_days else _days(reader.file))


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
                "statement %(id)s came in already, as file %(name)s",
                header.line,
                id=min(twice),
                name=other.name,
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
        if _is_in(file, other):
            raise ReportRefused(
                "its lines are in the file %(name)s already, which came in as number %(pk)s; "
                "take that one back if this one is to replace it",
                header.line,
                name=other.name,
                pk=other.pk,
            )


def _is_in(file: SettlementFile, other: SettlementFile) -> bool:
    """Whether all lines of one on the days of both are lines of the other, as often as there.

    Once references may have been forgotten, days and amounts tell.
    """
    kept = now() - timedelta(days=payment_settings().body_days)
    known = other.ended_at and other.ended_at > kept
    names = ("day", "currency", "amount", *(("reference",) if known else ()))
    mine = Q(file=file, day__range=(other.first_day, other.last_day))
    theirs = Q(file=other, day__range=_days(file))
    rows = BankLine.objects.filter(mine | theirs).order_by()
    times = rows.values(*names).annotate(
        mine=Count("pk", filter=Q(file=file)), theirs=Count("pk", filter=Q(file=other))
    )
    found = times.aggregate(
        sum_mine=Sum("mine", default=0),
        sum_theirs=Sum("theirs", default=0),
        in_both=Sum(Least("mine", "theirs"), default=0),
    )
    return bool(0 < found["in_both"] == min(found["sum_mine"], found["sum_theirs"]))


def _numbers(header: StatementHeader) -> list[str]:
    """Those of all statements in the file that have one."""
    every = (header.statement_id, *header.more_statements)
    return [number[:LONGEST] for number in every if number]


def _keep(reader: Reader, some: Sequence[BankRow | BadLine]) -> None:
    known = [_with_a_day(row) for row in some]
    bad = [row for row in known if isinstance(row, BadLine)]
    rows = [row for row in known if isinstance(row, BankRow)]
    reader.count(len(rows), bad)
    BankLine.objects.bulk_create(
        BankLine(
            file=reader.file,
            line_no=row.number,
            day=row.day,
            currency=row.currency,
            amount=row.amount,
            reference=row.reference,
            text=row.text,
        )
        for row in rows
    )
    Discrepancy.objects.bulk_create(reader.unreadable(row) for row in bad)


def _with_a_day(row: BankRow | BadLine) -> BankRow | BadLine:
    """The row, unless its day is a slip of the pen or yet to come."""
    if isinstance(row, BadLine) or EARLIEST <= row.day <= _tomorrow():
        return row
    return BadLine(row.number, because("its day cannot be: %(day)s", day=row.day), row.text)


def _tomorrow() -> date:
    """A statement may end at the midnight to come, and the bank's day begin before ours."""
    return (now() + timedelta(days=1)).date()


def _end(reader: Reader, header: StatementHeader, days: Days) -> None:
    first, last = days
    if first and last:
        check_days((first, last), _tomorrow(), header.line, most=MOST_DAYS)
    reader.end(
        first_day=first,
        last_day=last,
        opening=dict(header.opening),
        closing=dict(header.closing),
        statement_id=header.statement_id[:LONGEST],
        more_statements=[number[:LONGEST] for number in header.more_statements],
        statement_of=header.account_id[:LONGEST],
    )


def _days(file: SettlementFile) -> Days:
    days = file.bank_lines.order_by("day").values_list("day", flat=True)
    return days.first(), days.last()
