"""Webhook events as they came in; their bodies only for those who may see them."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from orders.admin import FactsAdmin, compact
from payments.admin.marks import STYLE, badge_mark, order_link
from payments.models import InboxEvent
from payments.states import InboxState

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

BODY_PERMISSION = "payments.view_webhook_body"


class InboxAdmin(FactsAdmin):
    list_display = ["received", "kind", "state_badge", "order", "account", "tries", "last_error"]
    list_filter = ["state", "account", "received_at"]
    list_select_related = ["account", "attempt__payment__order"]
    ordering = ["-pk"]
    sortable_by = []
    search_fields = ["event_id"]
    search_help_text = _("The provider's id of the event, our reference, or an order number")

    class Media:
        css = STYLE

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        body = "shown_body" if request.user.has_perm(BODY_PERMISSION) else "masked_body"
        return [
            *("event_id", "kind", "account", "state_badge", "order", "received_at", "done_at"),
            *("tries", "next_run_at", "last_error", "headers", body),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[InboxEvent]:
        events = super().get_queryset(request).select_related(*self.list_select_related)
        return events.defer("body")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[InboxEvent], search_term: str
    ) -> tuple[QuerySet[InboxEvent], bool]:
        term = search_term.strip()
        by_order = Q(attempt__our_ref=term.upper())
        by_order |= Q(attempt__payment__order__number=term.upper())
        return (queryset.filter(Q(event_id=term) | by_order) if term else queryset), False

    @admin.display(description=_("received"))
    def received(self, event: InboxEvent) -> str:
        return compact(event.received_at)

    @admin.display(description=_("state"))
    def state_badge(self, event: InboxEvent) -> SafeString:
        return badge_mark(InboxState(event.state))

    @admin.display(description=_("order"))
    def order(self, event: InboxEvent) -> SafeString | None:
        return order_link(event.attempt.payment.order) if event.attempt else None

    @admin.display(description=_("body"))
    def shown_body(self, event: InboxEvent) -> SafeString:
        text = bytes(event.body).decode(errors="replace")
        with suppress(ValueError):
            text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
        return format_html('<pre class="till-body">{}</pre>', text)

    @admin.display(description=_("body"))
    def masked_body(self, event: InboxEvent) -> StrOrPromise:
        return _("hidden: you need the permission “Can see the body of a webhook event”")
