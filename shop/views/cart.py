"""The cart page and what it posts."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from payments.limits import too_often
from shop.cart import (
    CartRefused,
    add_to_cart,
    explain,
    find_cart,
    quote_cart,
    remove_from_cart,
    set_quantity,
)
from shop.conf import shop_settings
from shop.forms import LineForm
from shop.models import Cart
from shop.pricing import Quote, QuoteLine, Wanted

SESSION_KEY = "till_cart"


def open_cart(request: HttpRequest) -> Cart | None:
    """The cart of this browser or of the signed-in shopper."""
    return find_cart(token=request.session.get(SESSION_KEY), user_id=request.user.pk)


def wanted_of(request: HttpRequest) -> list[Wanted]:
    """The posted pairs of sku and quantity; raises CartRefused on the first that is none."""
    skus, quantities = request.POST.getlist("sku"), request.POST.getlist("quantity")
    wanted = []
    for sku, quantity in zip(skus, quantities or ["1"] * len(skus), strict=False):
        form = LineForm({"sku": sku, "quantity": quantity})
        if not form.is_valid():
            raise CartRefused(next(iter(form.errors.values()))[0])
        wanted.append(Wanted(form.cleaned_data["sku"], form.cleaned_data["quantity"]))
    return wanted


def explained(quote: Quote) -> list[tuple[QuoteLine, str]]:
    """Each line with the reason why it cannot be bought, or ""."""
    return [
        (line, explain(line.problem, line.product) if line.problem else "") for line in quote.lines
    ]


def cart_page(request: HttpRequest, quote: Quote, *, status: int = 200) -> HttpResponse:
    context = {"quote": quote, "lines": explained(quote), "conf": shop_settings()}
    return render(request, "shop/cart.html", context, status=status)


def refused(request: HttpRequest, reason: str, status: int) -> HttpResponse:
    """The cart as it still stands, with the reason above it."""
    messages.error(request, reason)
    return cart_page(request, quote_cart(open_cart(request)), status=status)


@never_cache
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    return cart_page(request, quote_cart(open_cart(request)))


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    if too_often(request, "cart", shop_settings().rate_limits):
        return render(request, "payments/too_often.html", status=429)
    try:
        cart = add_to_cart(
            cart=open_cart(request), user_id=request.user.pk, wanted=wanted_of(request)
        )
    except CartRefused as refusal:
        return refused(request, str(refusal), 400)
    request.session[SESSION_KEY] = cart.token
    return redirect("shop:cart")


@require_POST
def update(request: HttpRequest) -> HttpResponse:
    cart = open_cart(request)
    try:
        if cart:
            set_quantity(cart=cart, wanted=wanted_of(request))
    except CartRefused as refusal:
        return refused(request, str(refusal), 400)
    return redirect("shop:cart")


@require_POST
def remove(request: HttpRequest) -> HttpResponse:
    cart = open_cart(request)
    if cart:
        remove_from_cart(cart=cart, sku=request.POST.get("sku", "").replace("\0", ""))
    return redirect("shop:cart")
