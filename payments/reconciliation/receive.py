"""Taking in what staff upload, and taking back what was read: the same bytes are one file."""

from __future__ import annotations

import hashlib
import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import IO, Final, Protocol

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from orders.clock import now
from orders.wake import wake
from payments.errors import FileRefused
from payments.models import Discrepancy, ProviderAccount, SettlementChunk, SettlementFile
from payments.models.discrepancy import (
    OF_PAYOUTS,
    STANDS,
    UNDECIDED,
    UNRESOLVED,
    DiscrepancyKind,
    DiscrepancyState,
)
from payments.models.settlement import DEAD_FILES, IMPORT_TASK, FileKind, FileSource, FileState
from payments.providers.reports import ReportRefused
from payments.reconciliation.days import begin, end, zone_of
from payments.reconciliation.resolve import BOOKED, settle_by_itself

logger = logging.getLogger("till.reconciliation")
CHUNK: Final = 1024 * 1024
"""Bytes in a row: so much of a file is in memory at a time."""
ABOUT_LINES: Final = (
    DiscrepancyKind.UNPARSEABLE_LINE,
    DiscrepancyKind.WRONG_ACCOUNT_OR_MODE,
    DiscrepancyKind.FEE,
)


class Upload(Protocol):
    """What Django hands over of an uploaded file; `chunks` begins anew each time."""

    name: str | None

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]: ...


def receive_upload(
    account: ProviderAccount | None, kind: FileKind, upload: Upload, *, by: int | None
) -> SettlementFile:
    """Keep an upload until a worker has read it; what is here with the same bytes is given back.

    Raises FileRefused on an empty file.
    """
    sha256, size = _measured(upload)
    if not size:
        raise FileRefused(_("the file is empty"))
    here = SettlementFile.objects.filter(account=account, kind=kind, sha256=sha256)
    here = here.exclude(state__in=DEAD_FILES)
    if known := here.first():
        return known
    file = SettlementFile(
        account=account,
        kind=kind,
        name=(upload.name or "")[-200:],
        source=FileSource.UPLOAD,
        sha256=sha256,
        size=size,
        uploaded_by_id=by,
    )
    try:
        _keep(file, upload)
    except IntegrityError:  # the same bytes came in at the same moment
        if known := here.first():
            return known
        raise
    return file


def _pieces(upload: Upload) -> Iterator[bytes]:
    """None larger than a row takes, though Django gives a small upload whole."""
    for given in upload.chunks(CHUNK):
        for first in range(0, len(given), CHUNK):
            yield given[first : first + CHUNK]


def _measured(upload: Upload) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    for piece in _pieces(upload):
        digest.update(piece)
        size += len(piece)
    return digest.hexdigest(), size


def _keep(file: SettlementFile, upload: Upload) -> None:
    """The row and its pieces, all of them or nothing; a worker hears of it after the commit."""
    with transaction.atomic():
        file.save()
        for number, body in enumerate(_pieces(upload)):
            SettlementChunk.objects.create(file=file, number=number, body=body)
        wake(IMPORT_TASK)


@contextmanager
def stored(file: SettlementFile) -> Iterator[IO[bytes]]:
    """The bytes of an upload in a temporary file, from their beginning.

    Raises ReportRefused where they are not all here any more.
    """
    with tempfile.TemporaryFile() as body:
        pieces = file.chunks.order_by("number").values_list("body", flat=True)
        for piece in pieces.iterator(chunk_size=1):
            body.write(piece)
        if body.tell() != file.size:
            raise ReportRefused("the bytes of this file are not kept any more: upload it again")
        body.seek(0)
        yield body


def decided_about(file: SettlementFile) -> int:
    """How many decisions of people the next run may undo once the file is taken back.

    Those about its lines, about what happened in its days or may have come into it from the days
    before, about payouts that its lines name, and of a statement those about the payouts it has.
    """
    settled = Discrepancy.objects.filter(state=DiscrepancyState.RESOLVED)
    decided = settled.filter(resolution__in=(*BOOKED, *STANDS))
    touched = Q(file=file) | Q(payout__bank_lines__file=file)
    if (account := file.account) and file.first_day and file.last_day:
        zone, early = zone_of(account), timedelta(days=account.settlement_days)
        begins, ends = begin(file.first_day, zone) - early, end(file.last_day, zone)
        touched |= Q(account=account, at__gte=begins, at__lt=ends)
        own = file.lines.filter(our_ref=OuterRef("reference"))
        touched |= Q(Exists(own), account=account)
        paid_out = file.totals.values("payout_ref")
        touched |= Q(account=account, about=OF_PAYOUTS, payout__ref__in=paid_out)
    return decided.filter(touched).distinct().count()


def take_back(file_id: int, *, by: int | None) -> bool:
    """Let nothing of a file count any more, so that a corrected one can come.

    What was asked about its lines is settled by itself, what was booked of a fee in them is taken
    back, and the books are compared anew. A second call changes nothing: False. Raises FileRefused
    where nothing of it counts anyway.
    """
    with transaction.atomic():
        counts = SettlementFile.objects.filter(pk=file_id).exclude(state__in=DEAD_FILES)
        if not counts.update(state=FileState.REPLACED, ended_at=now()):
            file = SettlementFile.objects.get(pk=file_id)
            if file.state == FileState.REFUSED:
                raise FileRefused(_("this file was refused: upload the corrected one at once"))
            return False
        SettlementChunk.objects.filter(file=file_id).delete()
        asked = Discrepancy.objects.filter(file=file_id, kind__in=ABOUT_LINES)
        booked = asked.filter(state=DiscrepancyState.RESOLVED, entries__isnull=False)
        again = UNDECIDED | {"state": DiscrepancyState.OPEN, "resolved_at": None}
        Discrepancy.objects.filter(pk__in=list(booked.values_list("pk", flat=True))).update(**again)
        open_ones = asked.filter(state__in=UNRESOLVED).values_list("pk", flat=True)
        settle_by_itself(list(open_ones), reason=gettext_noop("its file was taken back"))
        wake(IMPORT_TASK)
    logger.info("settlement file %s was taken back by user %s", file_id, by)
    return True
