"""The ledger, to read: every entry with what it moved, found by reference or order number."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponseBadRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from orders.formats import format_moment, format_money
from orders.models import Order
from payments.admin.download import csv_download
from payments.admin.ledger_csv import ledger_rows
from payments.admin.ledger_filters import AccountFilter, CurrencyFilter, DayFilter, LinesFilter
from payments.admin.marks import STYLE, order_link
from payments.admin.of_order import OfOrderAdmin
from payments.models import Attempt, Discrepancy, Entry, Payout
from payments.reconciliation.export import csv_lines
from payments.statement import reference
from payments.states import EntryKind


class EntryAdmin(OfOrderAdmin):
    list_display = ["booked", "kind", "ref", "order", "moved"]
    change_list_template = "payments/admin/ledger.html"
    list_filter = ["kind", "at", DayFilter, AccountFilter, CurrencyFilter, LinesFilter]
    list_select_related = [
        *("attempt__payment__order", "operation", "payout"),
        "discrepancy__attempt__payment__order",
    ]
    ordering = ["-pk"]
    sortable_by = []
    search_fields = ["key"]
    to_order = "attempt.payment.order"
    search_help_text = _(
        "Our reference of a payment or refund, a payout's, the key, or an order number"
    )
    fields = ["key_as_code", "kind", "at", "ref", "order", "moved"]

    class Media:
        css = STYLE

    def get_queryset(self, request: HttpRequest) -> QuerySet[Entry]:
        entries: QuerySet[Entry] = super().get_queryset(request)
        return entries.select_related(*self.list_select_related).prefetch_related("postings")

    def get_urls(self) -> list[URLPattern]:
        download = self.admin_site.admin_view(self.csv_view)
        return [path("ledger.csv", download, name="payments_entry_csv"), *super().get_urls()]

    def csv_view(self, request: HttpRequest) -> HttpResponseBase:
        """All that the list shows under the same filters, page after page."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            found = self.get_changelist_instance(request).queryset
        except IncorrectLookupParameters:
            return HttpResponseBadRequest()
        return csv_download(csv_lines(ledger_rows(found)), "ledger.csv")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Entry], search_term: str
    ) -> tuple[QuerySet[Entry], bool]:
        term = search_term.strip()
        return (queryset.filter(_found_by(term)) if term else queryset), False

    def order_of(self, row: Model) -> Order | None:
        attempt = _attempt_of(row) if isinstance(row, Entry) else None
        return attempt.payment.order if attempt else None

    @admin.display(description=_("booked"))
    def booked(self, entry: Entry) -> str:
        return format_moment(entry.at)

    @admin.display(description=_("key"))
    def key_as_code(self, entry: Entry) -> SafeString:
        return format_html("<code>{}</code>", entry.key)

    @admin.display(description=_("reference"))
    def ref(self, entry: Entry) -> SafeString:
        return format_html("<code>{}</code>", reference(entry))

    @admin.display(description=_("order"))
    def order(self, entry: Entry) -> str:
        order = self.order_of(entry)
        return order_link(order) if order else ""

    @admin.display(description=_("postings"))
    def moved(self, entry: Entry) -> SafeString:
        postings = ((p.account, format_money(p.money)) for p in entry.postings.all())
        line = '<code>{}</code> <span class="till-number">{}</span>'
        return format_html_join(mark_safe("<br>"), line, postings)


def _attempt_of(entry: Entry) -> Attempt | None:
    """That which it is of, or that which it settles a discrepancy of."""
    if entry.attempt is None and entry.discrepancy:
        return entry.discrepancy.attempt
    return entry.attempt


def _found_by(term: str) -> Q:
    """Each way to an entry goes by an index: its key, or what it belongs to."""
    ours = term.upper()
    refunds = [f"{kind}:{ours}" for kind in (EntryKind.REFUND, EntryKind.REFUND_REVERSED)]
    attempts = Attempt.objects.filter(our_ref=ours).values_list("pk")
    of_order = Attempt.objects.filter(payment__order__number=ours).values_list("pk")
    named = [pk for (pk,) in attempts.union(of_order)]
    payouts = list(Payout.objects.filter(ref=term).values_list("pk", flat=True))
    differing = Discrepancy.objects.filter(attempt__in=named).values_list("pk")
    by_ref = Discrepancy.objects.filter(reference__in=[term, ours]).values_list("pk")
    settled = [pk for (pk,) in differing.union(by_ref)]
    of_those = Q(attempt__in=named) | Q(payout__in=payouts) | Q(discrepancy__in=settled)
    return Q(key__in=[term, *refunds]) | of_those
