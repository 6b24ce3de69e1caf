"""What the shop and its people do with reports, by the product's own services."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path
from threading import Event
from typing import Final

from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile

from benchmarks.replay.settled.outcome import SettlingError
from payments.models import Discrepancy, Match, ProviderAccount, SettlementFile
from payments.models.discrepancy import UNRESOLVED, DiscrepancyKind, DiscrepancyState, Resolution
from payments.models.settlement import FileKind, FileState
from payments.reconciliation.importing import import_path, import_report
from payments.reconciliation.receive import receive_upload, take_back
from payments.reconciliation.resolve import Answer, Decision, approve, propose, take
from payments.reconciliation.run import reconcile

PATIENCE: Final = 120.0
TICK: Final = 0.2


class Desk:
    """The people who reconcile one account: one who decides, and one who agrees."""

    def __init__(self, account: ProviderAccount) -> None:
        self.account = account
        users = get_user_model().objects
        self._clerk, self._second = (
            users.create_superuser(name, password=None).pk for name in ("clerk", "second")
        )

    def import_report(self, day: date, body: bytes) -> SettlementFile:
        return _read(import_report(self.account, BytesIO(body), day=day))

    def import_statement(self, path: Path) -> SettlementFile:
        return _read(import_path(None, path))

    def compare(self) -> None:
        """Compare the books, or once more where the worker is at it just now."""
        wait_until(lambda: reconcile(self.account) is not None, "a comparison of the books")

    def replace(self, file: SettlementFile, body: bytes) -> SettlementFile:
        """Take a file back and upload what the provider issues in its place."""
        take_back(file.pk, by=self._clerk)
        upload = SimpleUploadedFile(file.name, body)
        kind = FileKind(file.kind)
        return receive_upload(file.account, kind, upload, by=self._clerk)

    def wait_for_worker(self, files: list[SettlementFile]) -> None:
        """Until the worker has read what was uploaded and compared the books by it."""
        ids = [file.pk for file in files]
        unread = SettlementFile.objects.filter(pk__in=ids).exclude(state=FileState.LOADED)
        wait_until(lambda: not unread.exists(), "uploaded files to be read")
        compared = Match.objects.filter(account=self.account, claimed_until=None)
        newer = SettlementFile.objects.filter(pk__in=ids).order_by("-ended_at").values("ended_at")
        wait_until(
            lambda: compared.filter(ended_at__gte=newer[:1]).exists(), "the books to be compared"
        )

    def adjust_duplicates(self) -> None:
        """Let our books follow theirs where we booked twice; a large one with a second person."""
        rows = Discrepancy.objects.filter(
            account=self.account,
            kind=DiscrepancyKind.DUPLICATE_IN_LEDGER,
            state__in=UNRESOLVED,
        )
        for row in rows.order_by("pk"):
            take(discrepancy_id=row.pk, by=self._clerk)
            reason = "booked twice: the bank has it once"
            evidence = f"line of {row.reference} in the report"
            propose(Decision(row.pk, self._clerk, Resolution.ADJUSTED, reason, evidence))
            row.refresh_from_db()
            if row.state == DiscrepancyState.PROPOSED:
                approve(Answer(row.pk, self._second, "seen"))


def seen() -> set[tuple[str, str]]:
    """Subject and kind of every discrepancy so far, settled or not."""
    return set(Discrepancy.objects.values_list("subject", "kind"))


def wait_until(done: Callable[[], bool], what: str) -> None:
    """Raises SettlingError where it does not come about."""
    pause, end = Event(), time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > end:
            raise SettlingError(f"waited {PATIENCE:g} s for {what}")
        pause.wait(TICK)


def _read(file: SettlementFile) -> SettlementFile:
    if file.state != FileState.LOADED:
        raise SettlingError(f"{file.name} is {file.state}: {file.refused_for}")
    return file
