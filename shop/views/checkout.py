"""The one page of checkout."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from orders.conf import order_settings
from orders.emails import order_url
from orders.errors import OutOfStock
from orders.formats import format_money
from orders.money import Money
from payments.limits import minutes_to_wait, too_often, used_up
from payments.registry import PaymentOption, least_amount, payment_options
from payments.services.start import submit_attempt
from payments.views.shopper import shopper_email, shopper_key
from payments.views.stage import lead_on
from shop.cart import CartRefused, quote_cart, quote_lines, set_quantity
from shop.checkout import (
    CartGone,
    CheckoutDraft,
    Placed,
    QuoteChanged,
    check_out,
    placed_before,
)
from shop.conf import shop_settings
from shop.forms import CheckoutForm
from shop.models import Cart
from shop.pricing import Quote, Wanted
from shop.views.cart import ORDER_KEY, SESSION_KEY, explained, open_cart, stepped

Refusal = CartGone | QuoteChanged | OutOfStock
CHANGED = gettext_lazy("Your cart has changed. Nothing was charged. Please check it and pay again.")
LOOKS = frozenset({"look", "more", "less"})
"""Buttons that order nothing: they show the page with the total of what is now chosen."""


@never_cache
@transaction.non_atomic_requests
@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _post(request) if LOOKS.isdisjoint(request.POST) else _look(request)
    cart = open_cart(request)
    quote = quote_lines(cart.held if cart else ())
    if cart is None or not quote.buyable:
        return redirect("shop:cart")
    initial = {"email": shopper_email(request)}
    form = CheckoutForm(
        quote.total, payment_options(quote.total, shopper_key(request)), initial=initial
    )
    return _page(request, cart, form, quote=quote)


def _look(request: HttpRequest) -> HttpResponse:
    """The total of what is now chosen, with all that was typed; `more`, `less` change a line."""
    cart = open_cart(request)
    try:
        if cart and "look" not in request.POST:
            held = [Wanted(line.sku, line.quantity) for line in cart.lines.all()]
            set_quantity(cart=cart, wanted=stepped(request, held))
    except CartRefused as refusal:
        messages.error(request, str(refusal))
    quote = quote_cart(cart)
    form = CheckoutForm(
        quote.total, payment_options(quote.total, shopper_key(request)), initial=request.POST.dict()
    )
    return _page(request, cart, form, quote=quote)


def _post(request: HttpRequest) -> HttpResponse:
    """Place the order; the same form sent again does not count as another try."""
    limits = shop_settings().rate_limits
    if used_up(request, "checkout", limits):
        return _not_placed(request, _too_many_tries(request), status=429)
    placed = _placed(request)
    if isinstance(placed, HttpResponse) or placed.fresh:
        too_often(request, "checkout", limits)
    return placed if isinstance(placed, HttpResponse) else _onward(request, placed)


def _too_many_tries(request: HttpRequest) -> str:
    minutes = minutes_to_wait(request)
    return ngettext(
        "Too many tries from your connection. Wait a minute, then pay.",
        "Too many tries from your connection. Wait %(minutes)d minutes, then pay.",
        minutes,
    ) % {"minutes": minutes}


def _placed(request: HttpRequest) -> Placed | HttpResponse:
    form = _filled(request, _seen(request))
    if not form.is_valid():
        return _not_placed(request, form, status=400)
    try:
        return check_out(_draft(request, form))
    except (CartGone, QuoteChanged, OutOfStock) as refusal:
        return _not_placed(request, _explain(refusal, form), status=409)


def _not_placed(request: HttpRequest, why: str | CheckoutForm, *, status: int) -> HttpResponse:
    """The page again; a form of a cart that is no longer this one leads to its order, if any."""
    cart, key = open_cart(request), request.POST.get("checkout_key", "").replace("\0", "")
    if cart is None or cart.token != key:
        return _other_cart(request, cart, key)
    if isinstance(why, str):
        return _refused(request, cart, why, status=status)
    return _page(request, cart, why, quote=quote_cart(cart), status=status)


def _other_cart(request: HttpRequest, cart: Cart | None, key: str) -> HttpResponse:
    try:
        return _onward(request, placed_before(key))
    except CartGone:
        return _refused(request, cart, str(CHANGED), status=409)


def _seen(request: HttpRequest) -> Money:
    """The total that the page showed; placing the order compares it with the cart's."""
    try:
        amount = int(request.POST.get("seen_total", ""))
    except ValueError:
        amount = 1
    return Money(amount, shop_settings().currency)


def _filled(request: HttpRequest, total: Money) -> CheckoutForm:
    return CheckoutForm(total, payment_options(total, shopper_key(request)), request.POST)


def _draft(request: HttpRequest, form: CheckoutForm) -> CheckoutDraft:
    given = form.cleaned_data
    return CheckoutDraft(
        checkout_key=given["checkout_key"],
        seen=given["seen"],
        seen_total=given["seen_total"],
        email=given["email"],
        address=form.address(),
        option=_option(request, form),
        language=get_language() or "en",
        cart_token=request.session.get(SESSION_KEY),
        user_id=shopper_key(request),
    )


def _option(request: HttpRequest, form: CheckoutForm) -> PaymentOption | None:
    option = form.options.get(form.cleaned_data.get("method", ""))
    return option.saving() if option and request.POST.get("save_method") else option


def _explain(refusal: Refusal, form: CheckoutForm) -> str:
    if not isinstance(refusal, QuoteChanged) or not refusal.quote.buyable:
        return _("Something in your cart can no longer be had. Nothing was charged.")
    total = refusal.quote.total
    seen = Money(form.cleaned_data["seen_total"], total.currency)
    if seen == total:
        return str(CHANGED)
    return _(
        "The total has changed from %(before)s to %(now)s. Nothing was charged. "
        "Please check it and pay again."
    ) % {"before": format_money(seen), "now": format_money(total)}


def _onward(request: HttpRequest, placed: Placed) -> HttpResponse:
    """To the provider; the loser of a double submit goes where the winner's order stands."""
    if request.session.get(SESSION_KEY) != placed.order.checkout_key:
        request.session[ORDER_KEY] = placed.order.checkout_key
    attempt = placed.attempt
    if attempt is None:
        return HttpResponseRedirect(order_url(placed.order), status=303)
    if placed.fresh:
        attempt = submit_attempt(attempt)
    return HttpResponseRedirect(lead_on(attempt), status=303)


def _refused(request: HttpRequest, cart: Cart | None, problem: str, *, status: int) -> HttpResponse:
    """The page as the cart now stands, with the reason and with all that was typed."""
    quote = quote_cart(cart)
    form = _filled(request, quote.total)
    form.add_error(None, problem)
    return _page(request, cart, form, quote=quote, status=status)


def _page(
    request: HttpRequest, cart: Cart | None, form: CheckoutForm, *, quote: Quote, status: int = 200
) -> HttpResponse:
    context = {"form": form, "quote": quote, "lines": explained(quote), "conf": shop_settings()}
    context |= {"checkout_key": cart.token if cart else "", "cart_count": quote.pieces}
    context |= {"least": None if form.options else least_amount(quote.total)}
    context |= {"any_saved": any(option.saved for option in form.options.values())}
    context |= {"options": form.options.values(), "return_days": order_settings().return_days}
    return render(request, "shop/checkout.html", context, status=status)
