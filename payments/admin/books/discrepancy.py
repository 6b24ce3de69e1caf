"""What does not agree: a list, and a page of each with both sides beside each other."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.formats import format_moment
from orders.models import Order
from payments.admin.books.amounts import difference, number, side
from payments.admin.books.book import STYLE, BookAdmin
from payments.admin.books.decide import DEEDS, WORDS, label_of, offered
from payments.admin.books.deed import Asked, deed_page
from payments.admin.books.filters import (
    AccountFilter,
    CurrencyFilter,
    DayFilter,
    FileFilter,
    OwnerFilter,
    StateFilter,
    UntilFilter,
)
from payments.admin.books.sides import history, our_entries, their_lines
from payments.admin.marks import badge_mark, order_link, under
from payments.admin.of_order import OfOrderAdmin
from payments.models import Discrepancy
from payments.models.discrepancy import DiscrepancyKind, DiscrepancyState, Resolution
from payments.reconciliation.guides import GUIDES

READ = ["account", "owner", "file", "payout", "attempt__payment__order", "operation__refund"]
WHOSE = ["proposed_by", "approved_by"]


class DiscrepancyAdmin(BookAdmin, OfOrderAdmin):
    change_form_template = "payments/admin/books/discrepancy.html"
    list_display = ["kind", "differs", "both_sides", "ref", "state_of", "found_at_account"]
    list_filter = [
        *(StateFilter, "kind", AccountFilter, OwnerFilter),
        *(DayFilter, UntilFilter, CurrencyFilter, FileFilter),
    ]
    list_select_related = READ
    ordering = ["-found_at"]
    search_fields = ["reference"]
    search_help_text = gettext_lazy(
        "Our reference or the provider's, a payout's, or an order number or how one begins"
    )
    to_order = "attempt.payment.order"
    plain: ClassVar = {**OfOrderAdmin.plain, "ref": ("orders.view_order", "ref_plain")}

    class Media:
        css = STYLE

    def get_queryset(self, request: HttpRequest) -> QuerySet[Discrepancy]:
        rows: QuerySet[Discrepancy] = super().get_queryset(request)
        return rows.exclude(state=DiscrepancyState.DRAFT).select_related(*READ, *WHOSE)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Discrepancy], search_term: str
    ) -> tuple[QuerySet[Discrepancy], bool]:
        term = search_term.strip()
        return (queryset.filter(pk__in=_found_by(term)) if term else queryset), False

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        names = ["account", "happened", "found", "state_mark", "owner"]
        if isinstance(obj, Discrepancy):
            names += _decided(obj)
            if obj.approved_by_id:
                names += ["approved_by"]
            if obj.decision_note:
                names += ["decision_note"]
            names += ["resolved"] if obj.resolved_at else []
        return [self._words_of(name) if self._is_hidden(request, name) else name for name in names]

    def order_of(self, row: Model) -> Order | None:
        has_one = isinstance(row, Discrepancy) and row.attempt_id
        return super().order_of(row) if has_one else None

    @admin.display(description=gettext_lazy("about"))
    def ref(self, row: Discrepancy) -> SafeString:
        if order := self.order_of(row):
            return order_link(order, row.reference)
        return self.ref_plain(row)

    @admin.display(description=gettext_lazy("about"))
    def ref_plain(self, row: Discrepancy) -> SafeString:
        shown = row.reference or (f"{row.file}:{row.line_no}" if row.file else row.subject)
        return format_html('<code class="till-ref" title="{}">{}</code>', shown, shown)

    @admin.display(description=gettext_lazy("account"))
    def account_code(self, row: Discrepancy) -> str:
        return row.account.code if row.account else _("our bank")

    @admin.display(description=gettext_lazy("ours"))
    def our_side(self, row: Discrepancy) -> str:
        return side(row, row.our_money)

    @admin.display(description=gettext_lazy("theirs"))
    def their_side(self, row: Discrepancy) -> str:
        return side(row, row.their_money)

    @admin.display(description=gettext_lazy("difference"))
    def differs(self, row: Discrepancy) -> SafeString:
        return number(difference(row))

    @admin.display(description=gettext_lazy("state"))
    def state_mark(self, row: Discrepancy) -> SafeString:
        return badge_mark(DiscrepancyState(row.state))

    @admin.display(description=gettext_lazy("found"))
    def found(self, row: Discrepancy) -> str:
        return format_moment(row.found_at)

    @admin.display(description=gettext_lazy("ours, theirs"))
    def both_sides(self, row: Discrepancy) -> SafeString:
        if not row.currency:
            return format_html("{}", self.get_empty_value_display())
        return under(self.our_side(row), self.their_side(row))

    @admin.display(description=gettext_lazy("state"))
    def state_of(self, row: Discrepancy) -> SafeString:
        return under(self.state_mark(row), row.owner)

    @admin.display(description=gettext_lazy("found"))
    def found_at_account(self, row: Discrepancy) -> SafeString:
        return under(self.found(row), self.account_code(row))

    @admin.display(description=gettext_lazy("happened"))
    def happened(self, row: Discrepancy) -> str:
        return format_moment(row.at) if row.at else str(self.get_empty_value_display())

    @admin.display(description=gettext_lazy("proposed"))
    def proposal(self, row: Discrepancy) -> str:
        return str(WORDS[Resolution(row.resolution)])

    @admin.display(description=gettext_lazy("proposed by"))
    def proposer(self, row: Discrepancy) -> str:
        return str(row.proposed_by or self.get_empty_value_display())

    @admin.display(description=gettext_lazy("reason"))
    def given_reason(self, row: Discrepancy) -> str:
        return row.given_reason

    @admin.display(description=gettext_lazy("settled"))
    def resolved(self, row: Discrepancy) -> str:
        return format_moment(row.resolved_at) if row.resolved_at else ""

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.act_view)
        own = path("<int:pk>/<str:act>/do/", page, name="payments_discrepancy_act")
        return [own, *super().get_urls()]

    def act_view(self, request: HttpRequest, pk: int, act: str) -> HttpResponse:
        if act not in DEEDS:
            raise Http404
        row = get_object_or_404(self.get_queryset(request), pk=pk)
        return deed_page(Asked(self, request, row, act))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row: Discrepancy = kwargs["obj"]
        entries = our_entries(row)
        context |= {
            "guide": GUIDES[DiscrepancyKind(row.kind)],
            "buttons": [(name, label_of(request, row, name)) for name in offered(request, row)],
            "ours": side(row, row.our_money),
            "theirs": side(row, row.their_money),
            "difference": difference(row),
            "order": self.order_of(row),
            "entries": entries,
            "lines": their_lines(row),
            "history": history(row, entries),
        }
        return super().render_change_form(request, context, *args, **kwargs)


def _decided(row: Discrepancy) -> list[str]:
    """The fields that tell how it is, or is to be, settled; without those that say nothing."""
    if row.state == DiscrepancyState.PROPOSED:
        return ["proposal", "reason", "evidence", "proposer"]
    settled = ["resolution", "proposed_by"] if row.resolution else []
    said = ["given_reason"] if row.reason else []
    said += ["evidence"] if row.evidence else []
    return [*settled, *said]


def _found_by(term: str) -> list[int]:
    """Each way to a discrepancy goes by an index; references whole, an order's number begun."""
    ours = term.upper()
    number = ours.translate(str.maketrans("OIL", "011"))
    ways: list[dict[str, Any]] = [
        {"reference__in": {term, ours, f"#{term}"}},
        {"attempt__our_ref": ours},
        {"attempt__payment__order__number__startswith": number},
        {"operation__our_ref": ours},
        {"payout__ref": term},
    ]
    first, *others = (Discrepancy.objects.filter(**way).values_list("pk") for way in ways)
    return [pk for (pk,) in first.union(*others)]
