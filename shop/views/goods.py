"""What shoppers ask for on the page of their order: to send things back, to have none sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from orders.errors import Refused
from orders.models import Order
from orders.services.cancellation import ask_to_cancel, check_can_ask
from orders.services.returns import ReturnDraft, check_open_for_returns, request_return
from payments.limits import too_often
from shop.conf import shop_settings
from shop.forms import CancelForm, ReturnForm
from shop.views.order import open_link, too_many_tries

GROUP = "order_request"
"""The limit in SHOP["rate_limits"] that both pages count against."""


@dataclass(frozen=True, slots=True)
class Wish:
    """`check` and `ask` raise what the order refuses; `ask` tells whether this call made it."""

    template: str
    form: forms.Form
    check: Callable[[], None]
    ask: Callable[[], bool]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def return_goods(request: HttpRequest, token: str) -> HttpResponse:
    payment = open_link(request, token)
    if isinstance(payment, HttpResponse):
        return payment
    order = payment.order
    form = ReturnForm([line for line in order.lines.all() if line.dispatched], _typed(request))
    wish = Wish(
        "shop/order_return.html",
        form,
        check=lambda: check_open_for_returns(order),
        ask=lambda: request_return(_draft(order, form))[1],
    )
    return _answer(request, order, wish)


def _draft(order: Order, form: ReturnForm) -> ReturnDraft:
    return ReturnDraft(
        order_id=order.pk,
        pieces=form.pieces,
        reason_id=form.cleaned_data["reason"].pk,
        note=form.cleaned_data["note"],
        request_key=f"{order.number}:{form.cleaned_data['request_key']}",
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def cancel_order(request: HttpRequest, token: str) -> HttpResponse:
    payment = open_link(request, token)
    if isinstance(payment, HttpResponse):
        return payment
    order = payment.order
    if getattr(order, "cancellation", None):
        return redirect("shop:order", token)  # which says how it stands
    form = CancelForm(_typed(request))
    wish = Wish(
        "shop/order_cancel.html",
        form,
        check=lambda: check_can_ask(order),
        ask=lambda: ask_to_cancel(order_id=order.pk, note=form.cleaned_data["note"]),
    )
    return _answer(request, order, wish)


def _typed(request: HttpRequest) -> dict[str, str] | None:
    return request.POST.dict() if request.method == "POST" else None


def _answer(request: HttpRequest, order: Order, wish: Wish) -> HttpResponse:
    """The page of a wish, or the order's page once it is made."""
    context = {"order": order, "form": wish.form, "refused": ""}
    status = 400
    if request.method != "POST":
        context["refused"] = _refusal(wish.check)
        status = 409 if context["refused"] else 200
    elif too_often(request, GROUP, shop_settings().rate_limits):
        wish.form.add_error(None, too_many_tries(request))
        status = 429
    elif wish.form.is_valid():
        try:
            fresh = wish.ask()
        except Refused as refusal:
            wish.form.add_error(None, str(refusal))
        else:
            if fresh:
                messages.success(request, _("We have your request, and look at it soon."))
            return redirect("shop:order", order.link_token)
    return render(request, wish.template, context, status=status)


def _refusal(check: Callable[[], None]) -> str:
    try:
        check()
    except Refused as refusal:
        return str(refusal)
    return ""
