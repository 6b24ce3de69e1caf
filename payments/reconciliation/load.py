"""Reading a settlement file into the database, batch by batch, in bounded memory."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import IO, Final

from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from orders.clock import now
from payments.errors import PaymentError
from payments.models import BankLine, Discrepancy, ProviderAccount, SettlementFile, SettlementTotal
from payments.models.discrepancy import DiscrepancyKind
from payments.models.settlement import READING_LEASE, FileState
from payments.providers.reports import ReportHeader, ReportRefused
from payments.reconciliation.batch import Batch, Days, Own
from payments.reconciliation.headers import check_header, check_overlap
from payments.reconciliation.source import Lines, open_text
from payments.registry import reports_of

logger = logging.getLogger("till.reconciliation")
LINES: Final = 20_000
"""In one transaction: so many take about a fifth of a second."""
OUR_REFERENCE: Final = re.compile(r"\b[ACR][0-9A-HJKMNP-TV-Z]{20}\b")
"""Of an attempt, a capture or a refund, wherever it stands in a line that cannot be read."""
MOST_BAD: Final = 1000
"""A file with more lines that cannot be read than that, and than others, is refused."""
SIGN_OF_LIFE: Final = READING_LEASE / 8
"""So often whoever learns the encoding of a file says that they are at it."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Who reads a file, and whom to tell how far they are."""

    token: str
    say: Callable[[SettlementFile], None]


def silent(_file: SettlementFile) -> None:
    """Tell nobody."""


class LostClaim(PaymentError):
    """Another process reads this file now. Nobody acts."""


def claim(file_id: int) -> str | None:
    """Take a file that waits, or whose reader has died; None where somebody else has it.

    What an earlier reader has stored of it is thrown away.
    """
    moment, token = now(), secrets.token_urlsafe(16)
    free = Q(state=FileState.WAITING)
    free |= Q(state=FileState.READING, alive_at__lt=moment - READING_LEASE)
    mine = SettlementFile.objects.filter(free, pk=file_id)
    changes = {"state": FileState.READING, "alive_at": moment, "claim": token}
    if not mine.update(**changes, lines_read=0, bad_lines=0, bytes_read=0):
        return None
    try:
        forget_lines(file_id, token)
    except LostClaim:
        return None
    return token


def say_alive(file_id: int, token: str) -> None:
    """Keep a claim for as long again. Raises LostClaim where another has taken it over."""
    mine = SettlementFile.objects.filter(pk=file_id, claim=token, state=FileState.READING)
    if not mine.update(alive_at=now()):
        raise LostClaim(f"settlement file {file_id}")


def forget_lines(file_id: int, token: str) -> None:
    """Delete what was stored of a claimed file, batch by batch: others write in between.

    Raises LostClaim where another has taken it over meanwhile: what is stored is theirs.
    """
    lines = SettlementFile(pk=file_id).lines.order_by("line_no")
    numbers = lines.values_list("line_no", flat=True)
    done = -1
    while batch := numbers.filter(line_no__gt=done)[:LINES].aggregate(last=Max("line_no"))["last"]:
        with transaction.atomic():
            say_alive(file_id, token)
            old = lines.order_by().filter(line_no__gt=done, line_no__lte=batch)
            old._raw_delete(old.db)  # noqa: SLF001  # nothing refers to lines, and there may be millions
        done = batch
    with transaction.atomic():
        say_alive(file_id, token)
        SettlementTotal.objects.filter(file=file_id).delete()
        BankLine.objects.filter(file=file_id).delete()
        Discrepancy.objects.filter(file=file_id, subject__startswith=f"line:{file_id}:").delete()


def load(file: SettlementFile, body: IO[bytes], mine: Claim) -> bool:
    """Read a claimed report to its end; False where it is refused, and then it says why.

    Raises LostClaim where another has taken it over meanwhile, and whatever the database raises:
    then the file stays claimed until its lease is over, and is read anew.
    """
    try:
        _Reading(file, mine).run(body)
    except ReportRefused as refusal:
        refuse(file, refusal, mine)
        return False
    return True


def refuse(file: SettlementFile, refusal: ReportRefused, mine: Claim) -> None:
    """Keep why, and in which line, and nothing else.

    Raises LostClaim where another has taken it over meanwhile: what is stored is theirs.
    """
    forget_lines(file.pk, mine.token)
    reading = SettlementFile.objects.filter(state=FileState.READING)
    refused = reading.filter(pk=file.pk, claim=mine.token).update(
        state=FileState.REFUSED,
        why=refusal.why[:400],
        why_line=refusal.number,
        lines_read=0,
        bad_lines=0,
        ended_at=now(),
    )
    if not refused:
        raise LostClaim(f"settlement file {file.pk}")
    logger.warning("settlement file %s is refused in line %s", file.pk, refusal.number)


@dataclass(slots=True)
class _Reading:
    """One reader of one file."""

    file: SettlementFile
    mine: Claim
    lines: int = 0
    bad: int = 0
    said: datetime = field(default_factory=now)

    def run(self, body: IO[bytes]) -> None:
        account = self.file.account
        assert account is not None  # noqa: S101  # a constraint of the table
        with open_text(body, self._alive) as text:
            report = reports_of(account).parse_report(text)
            check_header(report.header, account, self.file)
            lines, days = report.lines(), Days(account.report_zone)
            own = Own(frozenset({"", account.merchant_id}), frozenset({"", account.mode}))
            read = LINES
            while read == LINES:
                batch = Batch(self.file.pk, days)
                with transaction.atomic():
                    batch.write(islice(lines, LINES), own)
                    self._count(batch)
                    Discrepancy.objects.bulk_create(self._questions(batch, account))
                    self._say(text)
                read = batch.count + len(batch.bad)
            self._end(report.header, account)

    def _alive(self) -> None:
        """Keep the file, of which no line is read yet."""
        if now() - self.said > SIGN_OF_LIFE:
            say_alive(self.file.pk, self.mine.token)
            self.said = now()

    def _count(self, batch: Batch) -> None:
        """Refuse a file of which hardly anything can be read."""
        self.lines += batch.count
        self.bad += len(batch.bad)
        if self.bad > max(MOST_BAD, self.lines):
            first = batch.bad[0]
            raise ReportRefused(
                _("%(count)s lines cannot be read, more than can; one of them: %(why)s")
                % {"count": self.bad, "why": first.why},
                first.number,
            )

    def _questions(self, batch: Batch, account: ProviderAccount) -> Iterator[Discrepancy]:
        for bad in batch.bad:
            detail = f"{bad.why}: {bad.text}"[:600]
            kind = DiscrepancyKind.UNPARSEABLE_LINE
            ours = OUR_REFERENCE.search(bad.text)
            reference = ours.group() if ours else ""
            facts = {"account": account, "detail": detail, "reference": reference}
            yield _about_line(self.file, bad.number, kind, **facts)
        for line, stray in batch.stray:
            yield _about_line(
                self.file,
                line.number,
                DiscrepancyKind.WRONG_ACCOUNT_OR_MODE,
                account=account,
                detail=stray,
                about=line.kind,
                reference=line.our_ref or line.provider_ref,
                currency=line.currency,
                theirs=line.gross,
                at=line.occurred_at,
            )

    def _say(self, text: Lines) -> None:
        """How far it is; a reader whose lease was taken over stops here."""
        file = self.file
        file.lines_read, file.bad_lines, file.bytes_read = self.lines, self.bad, text.bytes_read
        names = "lines_read", "bad_lines", "bytes_read"
        changes = {name: getattr(file, name) for name in names}
        mine = SettlementFile.objects.filter(pk=file.pk, claim=self.mine.token)
        if not mine.filter(state=FileState.READING).update(alive_at=now(), **changes):
            raise LostClaim(f"settlement file {file.pk}")
        self.mine.say(file)

    def _end(self, header: ReportHeader, account: ProviderAccount) -> None:
        first, last = header.first_day, header.last_day
        if first is None or last is None:
            first, last = _days_of(self.file)
        with transaction.atomic():
            ProviderAccount.objects.select_for_update(no_key=True).get(pk=account.pk)
            if first and last:
                check_overlap(self.file, (first, last), header.line)
            reading = SettlementFile.objects.filter(state=FileState.READING)
            loaded = reading.filter(pk=self.file.pk, claim=self.mine.token).update(
                state=FileState.LOADED,
                first_day=first,
                last_day=last,
                opening=dict(header.opening),
                closing=dict(header.closing),
                bytes_read=self.file.size,
                ended_at=now(),
            )
            if not loaded:
                raise LostClaim(f"settlement file {self.file.pk}")


def _about_line(
    file: SettlementFile, number: int, kind: DiscrepancyKind, **facts: object
) -> Discrepancy:
    subject = f"line:{file.pk}:{number}"
    return Discrepancy(subject=subject, kind=kind, file=file, line_no=number, **facts)


def _days_of(file: SettlementFile) -> tuple[date | None, date | None]:
    """Where the header does not say it: the days of its lines."""
    days = file.totals.order_by("day").values_list("day", flat=True)
    return days.first(), days.last()
