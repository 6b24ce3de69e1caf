"""Who reads a file: one at a time, with a sign of life; a dead one's part is thrown away."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Max, Q, QuerySet

from orders.clock import now
from payments.errors import PaymentError
from payments.models import (
    BankLine,
    Discrepancy,
    SettlementFile,
    SettlementLine,
    SettlementTotal,
)
from payments.models.discrepancy import DiscrepancyKind, DiscrepancyState
from payments.models.settlement import READING_LEASE, FileState
from payments.providers.cause import Cause, because
from payments.providers.reports import BadLine, ReportRefused
from payments.reconciliation.source import Lines
from payments.sights import stored

logger = logging.getLogger("till.reconciliation")
LINES: Final = 50_000
"""In one transaction: so many take about a fifth of a second."""
MOST_BAD: Final = 1000
"""A file with more lines that are not good than that, and than good ones, is refused."""
FAR_TOO_BAD: Final = 100 * MOST_BAD
"""Where there are so many, the rest is not waited for."""
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
    file = SettlementFile(pk=file_id)
    for lines in (file.lines, file.bank_lines):
        _forget(lines.order_by("line_no"), file_id, token)
    with transaction.atomic():
        say_alive(file_id, token)
        SettlementTotal.objects.filter(file=file_id).delete()
        Discrepancy.objects.filter(file=file_id, subject__startswith=f"line:{file_id}:").delete()


def _forget(lines: QuerySet[SettlementLine] | QuerySet[BankLine], file_id: int, token: str) -> None:
    numbers = lines.values_list("line_no", flat=True)
    done = -1
    while batch := numbers.filter(line_no__gt=done)[:LINES].aggregate(last=Max("line_no"))["last"]:
        with transaction.atomic():
            say_alive(file_id, token)
            old = lines.order_by().filter(line_no__gt=done, line_no__lte=batch)
            old._raw_delete(old.db)  # noqa: SLF001  # nothing refers to lines, and there may be millions
        done = batch


def refuse(file: SettlementFile, refusal: ReportRefused, mine: Claim) -> None:
    """Keep why, and in which line, and nothing else: no line, and no byte of an upload.

    Raises LostClaim where another has taken it over meanwhile: what is stored is theirs.
    """
    forget_lines(file.pk, mine.token)
    reading = SettlementFile.objects.filter(state=FileState.READING)
    with transaction.atomic():
        refused = reading.filter(pk=file.pk, claim=mine.token).update(
            state=FileState.REFUSED,
            why=refusal.why.words[:400],
            why_facts=stored(refusal.why.facts),
            why_line=refusal.number,
            lines_read=0,
            bad_lines=0,
            ended_at=now(),
        )
        if not refused:
            raise LostClaim(f"settlement file {file.pk}")
        file.chunks.all().delete()
    logger.warning("settlement file %s is refused in line %s", file.pk, refusal.number)


@dataclass(slots=True)
class Reader:
    """One reader of one claimed file, and how far it is.

    Each step raises LostClaim where another has taken the file over, or back.
    """

    file: SettlementFile
    mine: Claim
    lines: int = 0
    bad: int = 0
    stray: int = 0
    elsewhere: int = 0
    first_bad: BadLine | None = None
    said: datetime = field(default_factory=now)

    def alive(self) -> None:
        """Keep the file, of which no line is read yet."""
        if now() - self.said > SIGN_OF_LIFE:
            say_alive(self.file.pk, self.mine.token)
            self.said = now()

    def go_on(self) -> None:
        """Keep the file, and others from it, until the open transaction ends."""
        say_alive(self.file.pk, self.mine.token)

    def count(self, lines: int, bad: Sequence[BadLine], stray: Sequence[BadLine] = ()) -> None:
        """How many lines were read, and how many could not be; `stray` are among those read.

        Raises ReportRefused where it is far too many.
        """
        self.lines += lines
        self.bad += len(bad)
        self.stray += len(stray)
        self.first_bad = self.first_bad or next(iter((*bad, *stray)), None)
        self._judge(FAR_TOO_BAD)

    def question(
        self, number: int, kind: DiscrepancyKind, seen: Cause, **more: object
    ) -> Discrepancy:
        """What staff are asked about one line once the file counts; known by file and number."""
        subject, state = f"line:{self.file.pk}:{number}", DiscrepancyState.DRAFT
        about = {"file": self.file, "line_no": number, "kind": kind, "state": state}
        said = {"detail": seen.words, "facts": stored(seen.facts)}
        return Discrepancy(subject=subject, **about, **said, **more)

    def unreadable(self, line: BadLine, **more: object) -> Discrepancy:
        """The same of a line that cannot be read: why, and what it says."""
        seen = because("%(why)s: %(text)s", why=line.why, text=line.text)
        return self.question(line.number, DiscrepancyKind.UNPARSEABLE_LINE, seen, **more)

    def say(self, text: Lines) -> None:
        """How far it is; told once the lines are stored, in the same transaction."""
        file = self.file
        file.lines_read, file.bad_lines, file.bytes_read = self.lines, self.bad, text.bytes_read
        names = "lines_read", "bad_lines", "bytes_read"
        self._update(alive_at=now(), **{name: getattr(file, name) for name in names})
        self.mine.say(file)

    def end(self, **facts: object) -> None:
        """From now on its lines count, and staff are asked; in a transaction of the caller's.

        The bytes of an upload are kept no longer, whoever has read them.
        Raises ReportRefused on a file of which hardly anything is good.
        """
        self._judge(MOST_BAD)
        self._update(state=FileState.LOADED, bytes_read=self.file.size, ended_at=now(), **facts)
        drafts = Discrepancy.objects.filter(file=self.file, state=DiscrepancyState.DRAFT)
        drafts.update(state=DiscrepancyState.OPEN)
        self.file.chunks.all().delete()

    def _judge(self, most: int) -> None:
        count = self.bad + self.stray
        if self.first_bad and count > max(most, self.lines - self.stray):
            raise ReportRefused(
                "%(count)s lines are not good, more than are; one of them: %(why)s",
                self.first_bad.number,
                count=count,
                why=self.first_bad.why,
            )

    def _update(self, **changes: object) -> None:
        mine = SettlementFile.objects.filter(pk=self.file.pk, claim=self.mine.token)
        if not mine.filter(state=FileState.READING).update(**changes):
            raise LostClaim(f"settlement file {self.file.pk}")
