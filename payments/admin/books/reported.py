"""The lines of reports as staff read them, and which tell of a payment or of a dispute."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from orders.formats import format_exact, format_moment, format_money
from orders.money import Money
from payments.models import Dispute, Operation, Payment, Payout, SettlementLine
from payments.models.settlement import FileState
from payments.providers.reports import LineKind
from payments.registry import METHOD_LABELS
from payments.states import EntryKind

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SEE_FILES: Final = "payments.view_settlementfile"
MOST: Final = 100
"""Lines that are shown of one payment or dispute."""
LINES: Final[dict[str, StrOrPromise]] = {
    LineKind.CAPTURE: EntryKind.CAPTURE.label,
    LineKind.REFUND: EntryKind.REFUND.label,
    LineKind.REFUND_REVERSED: EntryKind.REFUND_REVERSED.label,
    LineKind.DISPUTE: EntryKind.DISPUTE.label,
    LineKind.DISPUTE_REVERSAL: pgettext_lazy("report", "dispute whose money came back"),
    LineKind.FEE: EntryKind.FEE.label,
    LineKind.PAYOUT: EntryKind.PAYOUT.label,
    LineKind.ALLOTMENT: pgettext_lazy("report", "put into a payout"),
    LineKind.ADJUSTMENT: EntryKind.ADJUSTMENT.label,
}
"""What a line of a report is about, as staff read it."""


@dataclass(frozen=True, slots=True)
class Told:
    """A line of a file with its columns, as they stand there."""

    file_id: int
    file: str
    number: int
    columns: list[tuple[StrOrPromise, str]]
    payout: tuple[str, int | None] = "", None
    """Its reference, and the key of its row where there is one."""


def lines_of_payment(payment: Payment) -> list[Told]:
    """What reports tell of its attempts, refunds and disputes, with fees; four statements."""
    refunds = Operation.objects.filter(attempt__payment=payment).values_list("our_ref")
    ours = payment.attempts.values_list("our_ref").union(refunds)
    named = Q(our_ref__in=[ref for (ref,) in ours])
    for dispute in Dispute.objects.filter(attempt__payment=payment):
        named |= _named(dispute)
    # Within the alternatives a subquery would have every line read.
    return _counted(named & Q(file__account__in=payment.attempts.values("account")))


def lines_of_dispute(dispute: Dispute) -> list[Told]:
    """What reports tell of it: what was withdrawn, what for, and what came back; two statements."""
    return _counted(_named(dispute))


def _named(dispute: Dispute) -> Q:
    """By the provider's id, which is all that such a line has."""
    return Q(provider_ref=dispute.provider_id, file__account=dispute.account_id)


def _counted(named: Q) -> list[Told]:
    lines = SettlementLine.objects.select_related("file").filter(
        named, file__state=FileState.LOADED, stray=""
    )
    return of_reports(list(lines.order_by("occurred_at", "line_no")[:MOST]))


def of_reports(lines: Sequence[SettlementLine]) -> list[Told]:
    """As they stand there, each with its payout; one statement for all."""
    refs = {line.payout_ref for line in lines} - {""}
    known = Payout.objects.filter(ref__in=refs).values_list("account", "ref", "currency", "pk")
    keys = {tuple(place): key for *place, key in known}
    return [_of_report(line, keys.get(_payout_of(line))) for line in lines]


def _payout_of(line: SettlementLine) -> tuple[object, ...]:
    """By account, reference and currency; a line of another account is in none of ours."""
    account = None if line.stray else line.file.account_id
    return account, line.payout_ref, line.settled_currency or line.currency


def _of_report(line: SettlementLine, payout: int | None) -> Told:
    settled = ""
    if line.settled_gross is not None and line.settled_currency:
        settled = format_money(Money(line.settled_gross, line.settled_currency))
    columns: list[tuple[StrOrPromise, str]] = [
        (_("Kind"), str(LINES.get(line.kind, line.kind))),
        (_("Their reference"), line.provider_ref),
        (_("Our reference"), line.our_ref),
        (_("Way to pay"), str(METHOD_LABELS.get(line.method, line.method))),
        (_("Gross"), format_money(line.money)),
        (_("Fee"), format_exact(line.fee, line.settled_currency or line.currency)),
        (_("Settled as"), settled),
        (_("Happened"), format_moment(line.occurred_at)),
        (_("Settled"), format_moment(line.settled_at)),
        (_("Other account or mode"), line.stray),
    ]
    named = line.payout_ref, payout
    return Told(line.file_id, line.file.name, line.line_no, filled(columns), named)


def filled(columns: list[tuple[StrOrPromise, str]]) -> list[tuple[StrOrPromise, str]]:
    return [(name, value) for name, value in columns if value]
