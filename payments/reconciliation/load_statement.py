"""Reading a statement of our bank account into the database."""

from __future__ import annotations

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
from payments.reconciliation.load import Claim, refuse
from payments.reconciliation.source import open_text
from payments.statements import BankRow, Statement, open_statement

SOME: Final = 2000


def load(file: SettlementFile, body: IO[bytes], mine: Claim) -> bool:
    """Read a claimed statement to its end; False where it is refused, and then it says why.

    All of it or nothing: statements are short.
    """
    try:
        with open_text(body) as text, transaction.atomic():
            statement = open_statement(text)
            _refuse_twice(file, statement)
            bad = _keep(file, statement.lines())
            _refuse_twice(file, statement)
            _end(file, statement, mine, bad=bad)
    except ReportRefused as refusal:
        refuse(file, refusal, mine)
        return False
    return True


def _refuse_twice(file: SettlementFile, statement: Statement) -> None:
    """The bank gives each statement a number; the same number again is the same statement."""
    header = statement.header
    if not header.statement_id:
        return
    loaded = SettlementFile.objects.filter(kind=FileKind.STATEMENT, state=FileState.LOADED)
    same = loaded.filter(statement_id=header.statement_id, statement_of=header.account_id)
    if other := same.exclude(pk=file.pk).first():
        raise ReportRefused(
            _("statement %(id)s came in already, as file %(name)s")
            % {"id": header.statement_id, "name": other.name}
        )


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


def _end(file: SettlementFile, statement: Statement, mine: Claim, *, bad: int) -> None:
    header = statement.header
    first, last = header.first_day, header.last_day
    if first is None or last is None:
        first, last = _days(file)
    SettlementFile.objects.filter(pk=file.pk, claim=mine.token).update(
        state=FileState.LOADED,
        first_day=first,
        last_day=last,
        opening=dict(header.opening),
        closing=dict(header.closing),
        statement_id=header.statement_id[:140],
        statement_of=header.account_id[:140],
        lines_read=file.bank_lines.count(),
        bad_lines=bad,
        bytes_read=file.size,
        ended_at=now(),
    )


def _days(file: SettlementFile) -> tuple[date | None, date | None]:
    days = file.bank_lines.order_by("day").values_list("day", flat=True)
    return days.first(), days.last()
