"""The order page behind its link, and a new link where the old one has run out."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from orders.clock import now
from orders.services.links import renew_link
from orders.states import OrderState
from payments.limits import minutes_to_wait, too_often
from payments.models import Payment
from payments.queries import charged_of, not_charged_of
from payments.states import PaymentStatus
from payments.views.shopper import shopper_key
from shop.conf import shop_settings
from shop.forms import NewLinkForm
from shop.views.cart import SESSION_KEY
from shop.views.standing import goods_of, means_of, refunds_told, standing_of

THANKED: Final = frozenset({PaymentStatus.PAID, PaymentStatus.AUTHORIZED})


def open_link(request: HttpRequest, token: str) -> Payment | HttpResponse:
    """The payment of the order behind a link, with its address and a wish to cancel; or why not."""
    found = Payment.objects.select_related("order__address", "order__cancellation")
    payment = found.filter(order__link_token=token).first()
    if payment is None:
        return render(request, "shop/order_not_found.html", status=404)
    order = payment.order
    mine = order.user_id is not None and order.user_id == shopper_key(request)
    if order.link_expires_at < now() and not mine:
        context = {"form": NewLinkForm(), "token": token}
        return render(request, "shop/order_expired.html", context, status=410)
    return payment


@never_cache
@require_safe
def order(request: HttpRequest, token: str) -> HttpResponse:
    """What was ordered, where its money stands, what happens next."""
    payment = open_link(request, token)
    if isinstance(payment, HttpResponse):
        return payment
    order = payment.order
    lines = list(order.lines.all())
    for line in lines:
        line.order = order
    thanks = order.state == OrderState.CONFIRMED and payment.status in THANKED
    context = {"order": order, "lines": lines, "payment": payment, "thanks": thanks}
    context |= {"refunds": refunds_told(payment), "conf": shop_settings()}
    context |= standing_of(payment) | goods_of(order, lines) | {"paid_by": means_of(payment)}
    context |= {"elsewhere": payment.money(payment.returned_elsewhere)}
    context |= {"charged": charged_of(payment), "not_charged": not_charged_of(payment)}
    guest = shopper_key(request) is None
    context["signed_in"] = not guest
    if guest and request.session.get(SESSION_KEY) == order.checkout_key:
        context["cart_count"] = 0  # this browser's cart has become the order
    return render(request, "shop/order.html", context)


@never_cache
@require_POST
def new_link(request: HttpRequest, token: str) -> HttpResponse:
    """Mail a new link to the address of the order; the answer never says whether it matched."""
    form = NewLinkForm(request.POST)
    context = {"form": form, "token": token, "sent": False}
    if too_often(request, "order_link", shop_settings().rate_limits):
        form.add_error(None, too_many_tries(request))
        return render(request, "shop/order_expired.html", context, status=429)
    if not form.is_valid():
        return render(request, "shop/order_expired.html", context, status=400)
    renew_link(token=token, email=form.cleaned_data["email"])
    return render(request, "shop/order_expired.html", context | {"sent": True})


def too_many_tries(request: HttpRequest) -> str:
    minutes = minutes_to_wait(request)
    return ngettext(
        "Too many tries from your connection. Wait a minute.",
        "Too many tries from your connection. Wait %(minutes)d minutes.",
        minutes,
    ) % {"minutes": minutes}
