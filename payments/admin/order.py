"""An order with its money: list, page with the whole story, and the way to a refund."""

from __future__ import annotations

import re
from functools import partial
from typing import Any, Final

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from orders.admin import BaseOrderAdmin
from orders.models import Dispatch, Order, ReturnRequest
from orders.states import OrderState
from payments.admin.act import Act, Desk, act_page
from payments.admin.amounts import amounts
from payments.admin.approve import waiting_refunds
from payments.admin.cancel import CANCEL
from payments.admin.capture import CAPTURE
from payments.admin.decide import open_cards
from payments.admin.dispatch import DISPATCH
from payments.admin.goods import goods_of
from payments.admin.marks import STYLE, badge_mark
from payments.admin.money import may_see_money, money_page
from payments.admin.queue import may_see_queue
from payments.admin.refund import REFUND
from payments.admin.release import RELEASE, RELEASE_REST
from payments.admin.wish import REJECT_WISH
from payments.models import Attempt, Dispute, Operation, Payment, ProviderObject, Refund
from payments.queries import dead_events, held_for, rest_held_for
from payments.states import PaymentStatus
from payments.timeline import Kind, timeline

ACTS: Final = {
    "refund": REFUND,
    "capture": CAPTURE,
    "release": RELEASE,
    "release_rest": RELEASE_REST,
    "cancel": CANCEL,
    "dispatch": DISPATCH,
    "reject_wish": REJECT_WISH,
}
LAST_FOUR: Final = re.compile("[0-9]{4}")
MOST_OF_A_CARD: Final = 1000
"""So many payments are looked through for four digits, the newest: many cards share them."""
OPEN: Final = frozenset({OrderState.OPEN, OrderState.CONFIRMED})


class PaymentFilter(admin.ChoicesFieldListFilter):
    """The choices of a payment's status, named so that nobody takes it for the order's."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("payment")


class OrderAdmin(BaseOrderAdmin):
    change_form_template = "payments/admin/order.html"
    change_list_template = "payments/admin/orders.html"
    list_display = ["number", "placed", "total", "order_state", "payment_state", "shopper"]
    list_filter = ["state", ("payment__status", PaymentFilter), "placed_at"]
    list_select_related = ["payment"]
    search_help_text = _(
        "Order number or e-mail, or how one begins; our reference or the provider's, of a dispute "
        "too; the number of a return or a parcel; the last four digits of the card"
    )

    class Media:
        css = STYLE

    @admin.display(description=_("order"))
    def order_state(self, order: Order) -> SafeString:
        return badge_mark(OrderState(order.state))

    @admin.display(description=_("payment"))
    def payment_state(self, order: Order) -> SafeString | None:
        payment = _payment_of(order)
        return badge_mark(PaymentStatus(payment.status)) if payment else None

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        seen = request.user.has_perm("payments.view_inboxevent")
        given = {**(extra_context or {}), "dead_events": dead_events() if seen else 0}
        given["can_see_queue"] = may_see_queue(request)
        return super().changelist_view(request, given)

    def found_by(self, term: str) -> Q:
        found = super().found_by(term) | Q(pk__in=_orders_by_reference(term))
        return found | Q(pk__in=_orders_by_card(term)) if LAST_FOUR.fullmatch(term) else found

    def get_urls(self) -> list[URLPattern]:
        money = self.admin_site.admin_view(self.money_view)
        own = [path("<path:object_id>/money/", money, name="orders_order_money")]
        for name, act in ACTS.items():
            page = self.admin_site.admin_view(partial(self.act_view, act=act))
            # An act may call the provider, never inside a transaction of the host's.
            page = transaction.non_atomic_requests(page)
            own.append(path(f"<path:object_id>/{name}/", page, name=f"orders_order_{name}"))
        return [*own, *super().get_urls()]

    def act_view(self, request: HttpRequest, object_id: str, *, act: Act) -> HttpResponse:
        if not act.allowed(request):
            raise PermissionDenied
        return act_page(Desk(self, request, self._payment(request, object_id)), act)

    def money_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        if not may_see_money(request):
            raise PermissionDenied
        return money_page(self, request, self._payment(request, object_id))

    def _payment(self, request: HttpRequest, object_id: str) -> Payment:
        """The payment of the order in an address, for those who may see orders."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        order = self.get_object(request, unquote(object_id))
        payment = _payment_of(order) if order else None
        if payment is None:
            raise Http404
        return payment

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        return super().get_queryset(request).select_related("payment")

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        order: Order = kwargs["obj"]
        payment = _payment_of(order)
        lines = list(order.lines.all())
        for line in lines:
            line.order = order
        story = timeline(order, payment)
        held = bool(payment and held_for(payment).amount)
        sent = any(line.dispatched for line in lines)
        rest = bool(held and payment and rest_held_for(payment).amount)
        waits = bool(order.state == OrderState.OPEN and payment and not payment.accepted)
        context |= goods_of(request, order, lines)
        context |= {
            "order_state": self.order_state(order),
            "payment_state": self.payment_state(order),
            "amounts": amounts(payment) if payment else [],
            "can_refund": bool(payment and payment.refundable.amount and REFUND.allowed(request)),
            "can_capture": held and order.state in OPEN and not waits and CAPTURE.allowed(request),
            "can_release": held and order.state == OrderState.OPEN and RELEASE.allowed(request),
            "can_release_rest": rest
            and order.state == OrderState.CONFIRMED
            and RELEASE_REST.allowed(request),
            "can_cancel": bool(
                payment and order.state in OPEN and not sent and CANCEL.allowed(request)
            ),
            "approvals": waiting_refunds(request, payment) if payment else [],
            "reviews": open_cards(request, payment) if payment else [],
            "lines": lines,
            "can_see_money": bool(payment and may_see_money(request)),
            "can_see_events": request.user.has_perm("payments.view_inboxevent"),
            "can_see_reviews": request.user.has_perm("payments.view_review"),
            "story": story,
            "can_see_disputes": request.user.has_perm("payments.view_dispute"),
            "disputes": [it for it in story if it.kind == Kind.DISPUTE and it.badge],
        }
        return super().render_change_form(request, context, *args, **kwargs)


def _payment_of(order: Order) -> Payment | None:
    payment: Payment | None = getattr(order, "payment", None)
    return payment


def _orders_by_reference(term: str) -> list[int]:
    """Keys of the orders one reference names, ours, the provider's or a carrier's: one query."""
    ours, to_order = term.upper(), "attempt__payment__order"
    attempts = Attempt.objects.filter(our_ref=ours).values_list("payment__order")
    refunds = Operation.objects.filter(our_ref=ours).values_list(to_order)
    asked = Refund.objects.filter(number=ours).values_list("payment__order")
    theirs = ProviderObject.objects.filter(object_id=term).values_list(to_order)
    claims = Dispute.objects.filter(provider_id=term).values_list(to_order)
    returns = ReturnRequest.objects.filter(number=ours).values_list("order")
    named = [refunds, asked, theirs, claims, returns]
    if "@" not in term:  # a mail address is no reason to read all parcels
        named.append(Dispatch.objects.filter(tracking_number=term).values_list("order"))
    return [pk for (pk,) in attempts.union(*named)]


def _orders_by_card(digits: str) -> list[int]:
    """Keys of the orders somebody paid, or tried to pay, by a card that ends so."""
    attempts = Attempt.objects.filter(last4=digits).order_by("-pk")
    return [pk for (pk,) in attempts.values_list("payment__order")[:MOST_OF_A_CARD]]
