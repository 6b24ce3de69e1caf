"""Webhook events as they came in; their bodies only for those who may see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orders.formats import format_moment
from payments.admin.body import body_page, may_see_body
from payments.admin.marks import STYLE, badge_mark, order_link
from payments.admin.of_order import OfOrderAdmin
from payments.admin.replay import may_replay, replay_page
from payments.masking import masked
from payments.models import InboxEvent
from payments.models.inbox import REPLAYABLE
from payments.services.replay import MOST
from payments.states import InboxState

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class InboxAdmin(OfOrderAdmin):
    list_display = ["received", "kind", "state_badge", "order", "account", "tries", "last_error"]
    list_filter = ["state", "account", "received_at"]
    list_select_related = ["account", "attempt__payment__order"]
    ordering = ["-pk"]
    sortable_by = []
    search_fields = ["event_id"]
    to_order = "attempt.payment.order"
    search_help_text = _("The provider's id of the event, our reference, or an order number")
    change_form_template = "payments/admin/event.html"
    actions = ["replay"]

    class Media:
        css = STYLE

    fields = [
        *("event_id", "kind", "account", "state_badge", "order", "received_at", "done_at"),
        *("tries", "next_run_at", "last_error", "headers", "masked_body"),
    ]

    def get_urls(self) -> list[URLPattern]:
        # A replay may ask the provider, never inside a transaction of the host's.
        replay = transaction.non_atomic_requests(self.admin_site.admin_view(self.replay_view))
        body = self.admin_site.admin_view(self.body_view)
        own = [
            path("replay/", replay, name="payments_inboxevent_replay"),
            path("<path:object_id>/body/", body, name="payments_inboxevent_body"),
        ]
        return [*own, *super().get_urls()]

    def replay_view(self, request: HttpRequest) -> HttpResponse:
        if not (may_replay(request) and self.has_view_permission(request)):
            raise PermissionDenied
        return replay_page(self, request)

    def body_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        if not (may_see_body(request) and self.has_view_permission(request)):
            raise PermissionDenied
        event = self.get_object(request, unquote(object_id))
        if event is None or event.forgotten_at:
            raise Http404
        return body_page(self, request, event)

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return may_replay(request)

    @admin.action(description=_("Replay…"), permissions=["replay"])
    def replay(self, request: HttpRequest, queryset: QuerySet[InboxEvent]) -> HttpResponse | None:
        keys = list(queryset.order_by("pk").values_list("pk", flat=True)[: MOST + 1])
        if len(keys) > MOST:
            said = gettext("At most %(n)s events at once; the command replay_webhooks takes more.")
            self.message_user(request, said % {"n": MOST}, messages.ERROR)
            return None
        return redirect(replay_url(keys))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        event: InboxEvent = kwargs["obj"]
        again = event.state in REPLAYABLE and not event.forgotten_at
        context["can_see_body"] = may_see_body(request) and not event.forgotten_at
        context["replay_url"] = replay_url([event.pk]) if again and may_replay(request) else ""
        return super().render_change_form(request, context, *args, **kwargs)

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
        return format_moment(event.received_at)

    @admin.display(description=_("state"))
    def state_badge(self, event: InboxEvent) -> SafeString:
        return badge_mark(InboxState(event.state))

    @admin.display(description=_("order"))
    def order(self, event: InboxEvent) -> str:
        order = event.attempt.payment.order if event.attempt else None
        return order_link(order) if order else str(self.get_empty_value_display())

    @admin.display(description=_("order"))
    def order_plain(self, event: Model) -> str:
        attempt = event.attempt if isinstance(event, InboxEvent) else None
        return attempt.payment.order.number if attempt else str(self.get_empty_value_display())

    @admin.display(description=_("body"))
    def masked_body(self, event: InboxEvent) -> StrOrPromise:
        if event.forgotten_at:
            day = format_moment(event.forgotten_at)
            return gettext("forgotten on %(day)s; only that it came is kept") % {"day": day}
        return format_html('<pre class="till-body">{}</pre>', masked(bytes(event.body)))


def replay_url(keys: list[int]) -> str:
    """The page that replays these events."""
    chosen = urlencode({"ids": ",".join(map(str, keys))}, safe=",")
    return f"{reverse('admin:payments_inboxevent_replay')}?{chosen}"
