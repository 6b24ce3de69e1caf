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
from payments.models import ProviderAccount, SettlementFile
from payments.models.settlement import (
    DEAD_FILES,
    READING_LEASE,
    FileKind,
    FileSource,
    FileState,
)
from payments.reconciliation import load, load_statement
from payments.reconciliation.receive import stored

logger = logging.getLogger("till.reconciliation")
PIECE: Final = 1 << 20
Progress = Callable[[SettlementFile], None]


def import_path(
    account: ProviderAccount | None, path: Path, *, say: Progress = load.silent
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


def import_new(new: SettlementFile, body: IO[bytes], say: Progress = load.silent) -> SettlementFile:
    """The same for a row that is not stored yet, and an open file that can be read twice."""
    file = register(new, body)
    if token := load.claim(file.pk):
        _read(file, body, load.Claim(token, say))
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
    here = SettlementFile.objects.filter(account=new.account, kind=new.kind, sha256=new.sha256)
    here = here.exclude(state__in=DEAD_FILES)
    if known := here.first():
        return known
    try:
        with transaction.atomic():
            new.save(force_insert=True)
    except IntegrityError:  # the same bytes came in at the same moment
        return here.get()
    return new


def import_waiting() -> int:
    """Read what was uploaded and what a dead reader has left; how many files that was."""
    moment = now()
    waits = Q(state=FileState.WAITING)
    waits |= Q(state=FileState.READING, alive_at__lt=moment - READING_LEASE)
    waiting = SettlementFile.objects.filter(waits, source=FileSource.UPLOAD)
    files = list(waiting.select_related("account").order_by("created_at"))
    for file in files:
        if token := load.claim(file.pk):
            with stored(file) as body:
                _read(file, body, load.Claim(token, load.silent))
            file.chunks.all().delete()
    return len(files)


def _read(file: SettlementFile, body: IO[bytes], claim: load.Claim) -> None:
    reading = load if file.kind == FileKind.REPORT else load_statement
    whole = reading.load(file, body, claim)
    logger.info("settlement file %s was %s", file.pk, "read" if whole else "refused")
