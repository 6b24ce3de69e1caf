"""What each of the two books has of one discrepancy, and what was done about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.db.models.functions import Length
from django.utils.translation import gettext as _

from orders.formats import format_money
from orders.money import Money
from payments.admin.books.amounts import signed, title_of
from payments.admin.books.reported import Told, filled, of_reports
from payments.models import (
    BankLine,
    Discrepancy,
    Entry,
    ProviderObject,
    SettlementLine,
)
from payments.models.discrepancy import UNRESOLVED
from payments.models.settlement import FileKind, FileState
from payments.reconciliation.keys import LENGTH

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MOST: Final = 20
"""Lines and entries that are shown of one discrepancy."""


@dataclass(frozen=True, slots=True)
class Step:
    at: datetime
    what: str
    who: str = ""


def our_entries(row: Discrepancy) -> list[Entry]:
    """What our ledger has of it, and what was booked to settle it; two statements."""
    about = Q(discrepancy=row)
    if row.payout_id and row.about == "payout":
        about |= Q(payout=row.payout_id)
    elif row.operation_id:
        about |= Q(operation=row.operation_id)
    elif row.attempt_id:
        about |= Q(attempt=row.attempt_id)
    newest = Entry.objects.filter(about).order_by("-pk").prefetch_related("postings")[:MOST]
    return list(reversed(newest))


def their_lines(row: Discrepancy) -> list[Told]:
    """The line it is about, else those that bear its reference; then what the bank got."""
    return of_reports(_report_lines(row)) + [_of_bank(line) for line in _bank_lines(row)]


def _report_lines(row: Discrepancy) -> list[SettlementLine]:
    lines = SettlementLine.objects.select_related("file").alias(length=Length("our_ref"))
    if row.line_no is not None and row.file_id is not None:
        return list(lines.filter(file=row.file_id, line_no=row.line_no))
    if not row.reference:
        return []
    theirs = Q(provider_ref__in=_their_ids(row)) & ~Q(length=LENGTH)
    named = Q(our_ref=row.reference) | theirs
    counted = Q(file__state=FileState.LOADED, file__account=row.account_id)
    return list(lines.filter(named, counted).order_by("file_id", "line_no")[:MOST])


def _their_ids(row: Discrepancy) -> list[str]:
    """By what a line without our reference names it."""
    of_attempt = ProviderObject.objects.filter(attempt=row.attempt_id, operation=row.operation_id)
    ids = of_attempt.values_list("object_id", flat=True) if row.attempt_id else []
    return [row.reference.lstrip("#"), *ids]


def _bank_lines(row: Discrepancy) -> list[BankLine]:
    lines = BankLine.objects.select_related("file").order_by("day", "pk")
    if row.payout_id and row.about == "payout":
        counted = lines.filter(payout=row.payout_id, file__state=FileState.LOADED)
        return list(counted[:MOST])
    if row.file and row.file.kind == FileKind.STATEMENT and row.line_no is not None:
        return list(lines.filter(file=row.file_id, line_no=row.line_no))
    return []


def _of_bank(line: BankLine) -> Told:
    columns: list[tuple[StrOrPromise, str]] = [
        (_("Booked on"), str(line.day)),
        (_("Amount"), format_money(Money(line.amount, line.currency))),
        (_("Reference"), line.reference),
        (_("Text"), line.text),
    ]
    return Told(line.file_id, line.file.name, line.line_no, filled(columns))


def history(row: Discrepancy, entries: Iterable[Entry]) -> list[Step]:
    """What machines and people did about it, oldest first; one statement. `entries`: ours."""
    booked = (_booked(entry) for entry in entries if entry.discrepancy_id == row.pk)
    return sorted([*_steps(row), *booked], key=lambda step: step.at)


def _booked(entry: Entry) -> Step:
    """Also what was taken back since the books agree without it."""
    moves = (f"{title_of(each.account)} {signed(each.money)}" for each in entry.postings.all())
    return Step(entry.at, _("Booked: %(moves)s") % {"moves": ", ".join(moves)})


def _steps(row: Discrepancy) -> Iterator[Step]:
    yield Step(row.found_at, _("Found by comparing the books"))
    if row.asked_at:
        yield Step(row.asked_at, _("The provider was asked"))
    mine = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Discrepancy), object_id=str(row.pk)
    )
    for entry in mine.select_related("user").order_by("-pk")[:100]:
        yield Step(entry.action_time, entry.get_change_message(), str(entry.user))
    if row.state in UNRESOLVED and row.seen_at > row.found_at:
        yield Step(row.seen_at, _("Seen again, most recently"))
    if row.resolved_at and row.resolution == "auto":
        yield Step(row.resolved_at, _("Settled by itself. %(why)s") % {"why": row.given_reason})
