"""Disputes, open ones first by when evidence is due, and the way to answer each."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.timesince import timeuntil
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.clock import now
from orders.formats import format_moment, format_money
from payments.admin.act import Desk, act_page
from payments.admin.books.book import STYLE
from payments.admin.books.reported import SEE_FILES, lines_of_dispute
from payments.admin.evidence import ANSWER, LABELS, SEE_ORDERS, WAYS, answer, ways_to_answer
from payments.admin.marks import badge_mark, order_link
from payments.admin.of_order import OrderHistoryAdmin
from payments.messages import why
from payments.models import Dispute, DisputeEvidence
from payments.registry import takes_evidence
from payments.states import DisputeState, EvidenceState

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class DisputeAdmin(OrderHistoryAdmin):
    change_form_template = "payments/admin/dispute.html"
    list_display = ["due", "left", "money", "order", "state", "answered", "provider_id"]
    list_display_links = ["provider_id"]
    list_filter = ["status"]
    list_select_related = ["account", "attempt__payment__order"]
    ordering = [F("closed_at").desc(nulls_first=True), F("evidence_due_at").asc(nulls_last=True)]
    sortable_by = []
    to_order = "attempt.payment.order"
    search_fields = ["provider_id"]
    search_help_text = gettext_lazy("Order number, or how one begins; the provider's id")
    fields = [
        *("provider_id", "order", "account", "money", "state", "why"),
        *("opened_at", "due", "left", "answered", "closed_at"),
    ]

    class Media:
        css = STYLE

    def get_queryset(self, request: HttpRequest) -> QuerySet[Dispute]:
        disputes = super().get_queryset(request).select_related(*self.list_select_related)
        return disputes.prefetch_related("evidence__sent_by")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Dispute], search_term: str
    ) -> tuple[QuerySet[Dispute], bool]:
        term = search_term.strip()
        number = term.upper().translate(str.maketrans("OIL", "011"))
        theirs = Dispute.objects.filter(provider_id=term).values_list("pk")
        ours = Dispute.objects.filter(attempt__payment__order__number__startswith=number)
        found = theirs.union(ours.values_list("pk"))
        return (queryset.filter(pk__in=[pk for (pk,) in found]) if term else queryset), False

    @admin.display(description=gettext_lazy("evidence due"))
    def due(self, dispute: Dispute) -> str:
        if dispute.evidence_due_at is None:
            return str(self.get_empty_value_display())
        return format_moment(dispute.evidence_due_at)

    @admin.display(description=gettext_lazy("time left"))
    def left(self, dispute: Dispute) -> StrOrPromise:
        if not dispute.is_undecided or dispute.evidence_due_at is None:
            return str(self.get_empty_value_display())
        return _("over") if dispute.is_late else timeuntil(dispute.evidence_due_at, now())

    @admin.display(description=gettext_lazy("amount"))
    def money(self, dispute: Dispute) -> str:
        return format_money(dispute.money)

    @admin.display(description=gettext_lazy("order"))
    def order(self, dispute: Dispute) -> SafeString:
        return order_link(dispute.attempt.payment.order)

    @admin.display(description=gettext_lazy("state"))
    def state(self, dispute: Dispute) -> SafeString:
        return badge_mark(DisputeState(dispute.status))

    @admin.display(description=gettext_lazy("reason"))
    def why(self, dispute: Dispute) -> str:
        return why(dispute.reason, "")

    @admin.display(description=gettext_lazy("evidence"))
    def answered(self, dispute: Dispute) -> StrOrPromise:
        newest = _newest(dispute)
        return badge_mark(EvidenceState(newest.state)) if newest else _("nothing sent yet")

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.answer_view)
        own = path("<int:pk>/<str:way>/evidence/", page, name="payments_dispute_answer")
        return [own, *super().get_urls()]

    def answer_view(self, request: HttpRequest, pk: int, way: str) -> HttpResponse:
        if way not in WAYS:
            raise Http404
        if not request.user.has_perms([ANSWER, SEE_ORDERS]):
            raise PermissionDenied
        dispute = get_object_or_404(self.get_queryset(request), pk=pk)
        if way == "send" and not takes_evidence(dispute.account):
            raise Http404
        act = answer(dispute, WAYS[way])
        return act_page(Desk(self, request, dispute.attempt.payment), act)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        dispute: Dispute = kwargs["obj"]
        context |= {
            "ways": ways_to_answer(request, dispute),
            "answers": [(each, _texts(each)) for each in dispute.evidence.all()],
            "reported": lines_of_dispute(dispute) if request.user.has_perm(SEE_FILES) else [],
        }
        return super().render_change_form(request, context, *args, **kwargs)


def _newest(dispute: Dispute) -> DisputeEvidence | None:
    return max(dispute.evidence.all(), key=lambda each: each.pk, default=None)


def _texts(evidence: DisputeEvidence) -> list[tuple[StrOrPromise, str]]:
    """What was said, under the names of its fields."""
    said = asdict(evidence.texts)
    return [(label, said[name]) for name, label in LABELS.items() if said[name]]
