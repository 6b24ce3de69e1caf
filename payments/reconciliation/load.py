"""Reading a settlement file into the database, batch by batch, in bounded memory."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import IO, Final

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from orders.clock import now
from payments.errors import PaymentError
from payments.models import BankLine, Discrepancy, ProviderAccount, SettlementFile, SettlementTotal
from payments.models.discrepancy import DiscrepancyKind
from payments.models.settlement import READING_LEASE, FileState
from payments.providers.reports import ReportHeader, ReportRefused
from payments.reconciliation.batch import Batch, Days, Own
from payments.reconciliation.days import day_of, zone_of
from payments.reconciliation.source import Lines, open_text
from payments.registry import reports_of

logger = logging.getLogger("till.reconciliation")
LINES: Final = 20_000
"""In one transaction: so many take about a fifth of a second."""
OUR_REFERENCE: Final = re.compile(r"\b[ACR][0-9A-HJKMNP-TV-Z]{20}\b")
"""Of an attempt, a capture or a refund, wherever it stands in a line that cannot be read."""
MOST_BAD: Final = 1000
"""A file with more lines that cannot be read than that, and than others, is refused."""

EARLIEST: Final = date(2000, 1, 1)
"""A day before it is a slip of the pen."""


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
    forget_lines(file_id)
    return token


def forget_lines(file_id: int) -> None:
    """Delete what was stored of a file."""
    file = SettlementFile(pk=file_id)
    with transaction.atomic():
        file.lines.all()._raw_delete(file.lines.db)  # noqa: SLF001  # nothing refers to lines, and there may be millions
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
    reading = SettlementFile.objects.filter(state=FileState.READING)
    with transaction.atomic():
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
        forget_lines(file.pk)
    logger.warning("settlement file %s is refused in line %s", file.pk, refusal.number)


@dataclass(slots=True)
class _Reading:
    """One reader of one file."""

    file: SettlementFile
    mine: Claim
    lines: int = 0
    bad: int = 0

    def run(self, body: IO[bytes]) -> None:
        account = self.file.account
        assert account is not None  # noqa: S101  # a constraint of the table
        with open_text(body) as text:
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


def check_header(header: ReportHeader, account: ProviderAccount, file: SettlementFile) -> None:
    """Refuse a file of another account, mode or day before a line of it is read."""
    if header.merchant_id not in {"", account.merchant_id}:
        raise ReportRefused(
            _("it is of the account %(theirs)s, and %(code)s is %(ours)s")
            % {"theirs": header.merchant_id, "code": account.code, "ours": account.merchant_id},
            header.line,
        )
    if header.mode not in {"", account.mode}:
        raise ReportRefused(
            _("it is of the mode %(theirs)s, and %(code)s is an account of the mode %(ours)s")
            % {"theirs": header.mode, "code": account.code, "ours": account.mode},
            header.line,
        )
    first, last = header.first_day, header.last_day
    if first and last:
        if file.first_day and (first, last) != (file.first_day, file.last_day):
            raise ReportRefused(
                _("it is about %(theirs)s, and %(ours)s was asked for")
                % {"theirs": _span(first, last), "ours": _span(file.first_day, file.last_day)},
                header.line,
            )
        check_overlap(file, (first, last), header.line)


def check_overlap(file: SettlementFile, days: tuple[date, date], number: int | None = None) -> None:
    """Refuse days that another file of the account has: every line would stand twice.

    `number`: the line that says which days these are.
    """
    first, last = days
    assert file.account is not None  # noqa: S101  # a constraint of the table
    check_days(days, day_of(now(), zone_of(file.account)), number)
    loaded = SettlementFile.objects.filter(account=file.account, state=FileState.LOADED)
    others = loaded.filter(first_day__lte=last, last_day__gte=first).exclude(pk=file.pk)
    if other := others.first():
        raise ReportRefused(
            _(
                "%(days)s is in the file %(name)s already, which came in as number %(pk)s; take "
                "that one back if this one is to replace it"
            )
            % {"days": _span(first, last), "name": other.name, "pk": other.pk},
            number,
        )


def check_days(days: tuple[date, date], today: date, number: int | None = None) -> None:
    """Refuse days that cannot be: turned round, too many, long ago, or not begun yet.

    One day of a far future would make all that is booked until then late.
    """
    first, last = days
    if last < first or last - first > timedelta(days=400) or first < EARLIEST:
        why = _("its days cannot be: %(days)s") % {"days": _span(first, last)}
        raise ReportRefused(why, number)
    if last > today:
        why = _("it is about days that have not begun yet: %(days)s")
        raise ReportRefused(why % {"days": _span(first, last)}, number)


def _span(first: date | None, last: date | None) -> str:
    return (
        str(first) if first == last else _("%(first)s to %(last)s") % {"first": first, "last": last}
    )
