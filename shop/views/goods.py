"""What shoppers ask for on the page of their order: to send things back, to have none sent."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from orders.errors import CancellationRefused, ReturnRefused
from orders.models import Order
from orders.services.cancellation import ask_to_cancel, check_can_ask
from orders.services.returns import ReturnDraft, check_open_for_returns, request_return
from payments.limits import too_often
from shop.conf import shop_settings
from shop.forms import CancelForm, ReturnForm
from shop.views.order import open_link, too_many_tries

GROUP = "order_request"
"""The limit in SHOP["rate_limits"] that both pages count against."""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def return_goods(request: HttpRequest, token: str) -> HttpResponse:
    payment = open_link(request, token)
    if isinstance(payment, HttpResponse):
        return payment
    order = payment.order
    form = ReturnForm([line for line in order.lines.all() if line.dispatched], _typed(request))
    if request.method == "POST":
        return _return(request, order, form)
    refused = ""
    try:
        check_open_for_returns(order)
    except ReturnRefused as refusal:
        refused = str(refusal)
    context = {"order": order, "form": form, "refused": refused}
    return render(request, "shop/order_return.html", context, status=409 if refused else 200)


def _return(request: HttpRequest, order: Order, form: ReturnForm) -> HttpResponse:
    context = {"order": order, "form": form}
    if too_often(request, GROUP, shop_settings().rate_limits):
        form.add_error(None, too_many_tries(request))
        return render(request, "shop/order_return.html", context, status=429)
    if form.is_valid():
        try:
            _asked, fresh = request_return(_draft(order, form))
        except ReturnRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            if fresh:
                messages.success(request, _("We have your request, and look at it soon."))
            return redirect("shop:order", order.link_token)
    return render(request, "shop/order_return.html", context, status=400)


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
    if request.method == "POST":
        return _cancel(request, order, form)
    refused = ""
    try:
        check_can_ask(order)
    except CancellationRefused as refusal:
        refused = str(refusal)
    context = {"order": order, "form": form, "refused": refused}
    return render(request, "shop/order_cancel.html", context, status=409 if refused else 200)


def _cancel(request: HttpRequest, order: Order, form: CancelForm) -> HttpResponse:
    context = {"order": order, "form": form}
    if too_often(request, GROUP, shop_settings().rate_limits):
        form.add_error(None, too_many_tries(request))
        return render(request, "shop/order_cancel.html", context, status=429)
    if form.is_valid():
        try:
            fresh = ask_to_cancel(order_id=order.pk, note=form.cleaned_data["note"])
        except CancellationRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            if fresh:
                messages.success(request, _("We have your request, and look at it soon."))
            return redirect("shop:order", order.link_token)
    return render(request, "shop/order_cancel.html", context, status=400)


def _typed(request: HttpRequest) -> dict[str, str] | None:
    return request.POST.dict() if request.method == "POST" else None
