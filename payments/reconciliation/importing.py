"""From bytes to rows: what was uploaded, named by command or fetched, each file once."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import IO, Final

from django.db import IntegrityError, transaction
from django.db.models import Q

from orders.clock import now
from orders.sweep import each
from payments.conf import payment_settings
from payments.errors import NoAccount, NoReports, PaymentError, SecretsUnreadable
from payments.models import ProviderAccount, SettlementFile
from payments.models.account import Mode
from payments.models.settlement import (
    DEAD_FILES,
    READING_LEASE,
    FileKind,
    FileSource,
    FileState,
)
from payments.providers.cause import Cause
from payments.providers.reports import ReportRefused
from payments.reconciliation import load, load_statement, reading
from payments.reconciliation.receive import stored
from payments.sights import stored as as_json

logger = logging.getLogger("till.reconciliation")
PIECE: Final = 1 << 20
NOTHING: Final = Cause("")
OUR_BANK: Final = "bank"
"""How the command is told a statement of ours, in the place of an account's code."""
Progress = Callable[[SettlementFile], None]


def import_path(
    account: ProviderAccount | None, path: Path, *, say: Progress = reading.silent
) -> SettlementFile:
    """Read a file of any size from the disk; without an account it is a bank statement.

    Its state says how it went. The same bytes again are the row that is there, and change nothing.
    Raises OSError where the file cannot be read.
    """
    new = SettlementFile(account=account, name=path.name[-200:], source=FileSource.COMMAND)
    with path.open("rb") as body:
        return import_new(new, body, say)


def import_report(account: ProviderAccount, body: IO[bytes], *, day: date) -> SettlementFile:
    """The same for what a provider gave as its report of one day; another day is refused."""
    name = f"{account.code} {day}"
    new = SettlementFile(account=account, name=name, source=FileSource.FETCHED)
    new.first_day = new.last_day = day
    return import_new(new, body)


def import_new(
    new: SettlementFile, body: IO[bytes], say: Progress = reading.silent
) -> SettlementFile:
    """The same for a row that is not stored yet, and an open file that can be read twice."""
    file = register(new, body)
    if token := reading.claim(file.pk):
        _read(file, body, reading.Claim(token, say))
    file.refresh_from_db()
    return file


def register(new: SettlementFile, body: IO[bytes]) -> SettlementFile:
    """The row of these bytes: a new one, or the one that is there."""
    digest, size = hashlib.sha256(), 0
    while piece := body.read(PIECE):
        digest.update(piece)
        size += len(piece)
    body.seek(0)
    new.kind = FileKind.REPORT if new.account else FileKind.STATEMENT
    new.sha256, new.size = digest.hexdigest(), size
    return _once(new)


def _once(new: SettlementFile, tries: int = 3) -> SettlementFile:
    """What comes in at the same moment is one row; another where that was refused meanwhile."""
    here = SettlementFile.objects.filter(account=new.account, kind=new.kind, sha256=new.sha256)
    if known := here.exclude(state__in=DEAD_FILES).first():
        return known
    try:
        with transaction.atomic():
            new.save(force_insert=True)
    except IntegrityError:
        if tries == 1:
            raise
        return _once(new, tries - 1)
    return new


def note_day(
    account: ProviderAccount, day: date, state: FileState, *, why: Cause = NOTHING
) -> None:
    """Keep that a provider has no report of a day, so that it is not asked for again.

    Loaded: nothing happened on it. Refused: a person has to look for it. A second call keeps none.
    """
    name = f"{account.code} {day}"
    file = SettlementFile(account=account, kind=FileKind.REPORT, name=name, size=0)
    file.source, file.state = FileSource.FETCHED, state
    file.why, file.why_facts = why.words, as_json(why.facts)
    file.sha256 = hashlib.sha256(f"{name}: none".encode()).hexdigest()
    file.first_day = file.last_day = day
    file.ended_at = now()
    _once(file)


def import_waiting() -> int:
    """Read what was uploaded and what a dead reader has left; how many files that was."""
    moment = now()
    waits = Q(state=FileState.WAITING)
    waits |= Q(state=FileState.READING, alive_at__lt=moment - READING_LEASE)
    waiting = SettlementFile.objects.filter(waits, source=FileSource.UPLOAD)
    files = list(waiting.select_related("account").order_by("created_at"))
    each(files, _read_stored)
    return len(files)


def _read_stored(file: SettlementFile) -> None:
    """Read an upload that nobody reads."""
    token = reading.claim(file.pk)
    if token is None:
        return
    mine = reading.Claim(token, reading.silent)
    try:
        with stored(file) as body:
            _read(file, body, mine)
    except ReportRefused as refusal:
        reading.refuse(file, refusal, mine)
    except reading.LostClaim:
        logger.warning("settlement file %s was taken over or back while it was read", file.pk)


def _read(file: SettlementFile, body: IO[bytes], mine: reading.Claim) -> None:
    how = load if file.kind == FileKind.REPORT else load_statement
    try:
        whole = how.load(file, body, mine)
    except (NoAccount, NoReports, SecretsUnreadable) as error:
        assert file.account is not None  # noqa: S101  # a statement needs no provider
        reading.refuse(file, _unusable(error, file.account), mine)
        whole = False
    logger.info("settlement file %s was %s", file.pk, "read" if whole else "refused")


def _unusable(error: PaymentError, account: ProviderAccount) -> ReportRefused:
    """Whoever runs the site acts."""
    code = account.code
    if isinstance(error, NoReports):
        return ReportRefused(
            "%(code)s is at a provider that has no settlement reports which can be read", code=code
        )
    if isinstance(error, SecretsUnreadable):
        return ReportRefused(
            'no key in PAYMENTS["secret_keys"] opens the secrets of %(code)s: add the one that '
            "sealed them",
            code=code,
        )
    if account.mode == Mode.LIVE and not payment_settings().live:
        return ReportRefused('account %(code)s is live but PAYMENTS["live"] is not True', code=code)
    return ReportRefused(
        'PAYMENTS["providers"] does not name %(provider)s', provider=account.provider
    )
