"""What does not agree between the books, as rows of the queue."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from payments.admin.books.amounts import difference
from payments.admin.books.decide import APPROVE, DEEDS, SEE, WORDS, label_of, offered
from payments.admin.queue.row import Row, Step, may
from payments.models import Discrepancy
from payments.models.discrepancy import DiscrepancyKind, DiscrepancyState, Resolution
from payments.reconciliation.effects import changes
from payments.reconciliation.guides import GUIDES
from payments.reconciliation.resolve import WORKED_ON

SEE_DISCREPANCIES = SEE


def known_discrepancies() -> QuerySet[Discrepancy]:
    return Discrepancy.objects.select_related("account", "owner", "file", "attempt__payment__order")


def discrepancy_waits(_request: HttpRequest) -> Q:
    """Not what ends by itself with the next report."""
    return Q(state__in=WORKED_ON) & ~Q(kind=DiscrepancyKind.TIMING)


def proposal_waits(request: HttpRequest) -> Q:
    """For who may approve, and for nobody else."""
    return Q(state=DiscrepancyState.PROPOSED) if may(request, APPROVE) else Q(pk__in=())


def discrepancy_rows(request: HttpRequest, rows: Sequence[Discrepancy]) -> list[Row]:
    return [_row(request, each) for each in rows]


def _row(request: HttpRequest, row: Discrepancy) -> Row:
    guide = GUIDES[DiscrepancyKind(row.kind)]
    differs = next(iter(changes(row)), None)
    return Row(
        title=capfirst(row.get_kind_display()),
        what=f"{guide.means} {guide.todo}",
        since=row.found_at,
        order=row.attempt.payment.order if row.attempt else None,
        money=differs,
        detail=" · ".join(_facts(row)),
        url=reverse("admin:payments_discrepancy_change", args=[row.pk]),
        steps=tuple(
            Step(
                label_of(request, row, name),
                reverse("admin:payments_discrepancy_act", args=[row.pk, name]),
            )
            for name in offered(request, row)
            if DEEDS[name].form
        ),
    )


def _facts(row: Discrepancy) -> list[str]:
    """Whose books, under which reference, by how much, and who looks after it."""
    facts = [row.account.code if row.account else _("our bank"), row.reference]
    if row.file and row.line_no is not None:
        facts.append(_("%(file)s, line %(line)s") % {"file": row.file, "line": row.line_no})
    facts.append(row.seen)
    if row.our_currency:
        facts.append(difference(row))
    if row.state == DiscrepancyState.PROPOSED:
        facts.append(_("%(who)s proposes: %(how)s") % _proposal(row))
    elif row.owner:
        facts.append(_("%(who)s looks after it") % {"who": row.owner})
    return [fact for fact in facts if fact]


def _proposal(row: Discrepancy) -> dict[str, object]:
    return {"who": row.owner or _("Somebody"), "how": WORDS[Resolution(row.resolution)]}
