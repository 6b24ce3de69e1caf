"""The cart page and what it posts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from itertools import zip_longest
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from orders.states import OrderState
from payments.limits import minutes_to_wait, too_often
from payments.models import Payment
from payments.views.shopper import shopper_key
from shop.cart import (
    CartRefused,
    add_to_cart,
    explain,
    find_cart,
    lines_of,
    quote_lines,
    remove_from_cart,
    set_quantity,
)
from shop.catalog import Product
from shop.conf import configured_catalog, shop_settings
from shop.forms import LineForm
from shop.models import Cart
from shop.pricing import Quote, QuoteLine, Wanted

View = Callable[[HttpRequest], HttpResponse]
SESSION_KEY = "till_cart"
"""Where the session keeps the cart's token, which is its order's key once it is ordered."""
ORDER_KEY = "till_order"
"""Where it keeps the key of the order before that."""


def open_cart(request: HttpRequest) -> Cart | None:
    """The cart of this browser or of the signed-in shopper."""
    return find_cart(token=request.session.get(SESSION_KEY), user_id=shopper_key(request))


def typed_of(request: HttpRequest) -> list[tuple[str, str]]:
    """The posted pairs of sku and quantity, as they were typed; no quantities at all: 1 each."""
    skus, quantities = request.POST.getlist("sku"), request.POST.getlist("quantity")
    return list(zip_longest(skus, quantities or ["1"] * len(skus), fillvalue=""))


def wanted_of(request: HttpRequest) -> list[Wanted]:
    """What the posted pairs ask for; raises CartRefused on the first that asks for nothing."""
    wanted = []
    for sku, quantity in typed_of(request):
        form = LineForm({"sku": sku, "quantity": quantity})
        if not form.is_valid():
            raise CartRefused(str(next(iter(form.errors.values()))[0]), sku=sku)
        wanted.append(Wanted(form.cleaned_data["sku"], form.cleaned_data["quantity"]))
    return wanted


def stepped(request: HttpRequest, wanted: Sequence[Wanted]) -> list[Wanted]:
    """One piece more or less of the line whose button was pressed, if one was."""
    more, less = request.POST.get("more"), request.POST.get("less")
    return [Wanted(w.sku, w.quantity + (w.sku == more) - (w.sku == less)) for w in wanted]


def explained(quote: Quote) -> list[tuple[QuoteLine, str]]:
    """Each line with the reason why it cannot be bought, or ""."""
    return [
        (line, explain(line.problem, line.product) if line.problem else "") for line in quote.lines
    ]


def cart_page(
    request: HttpRequest,
    *,
    refused: CartRefused | None = None,
    not_added: Sequence[tuple[Product, str]] = (),
    status: int = 200,
) -> HttpResponse:
    """The cart as it stands; where an update was refused, with what was typed, to be mended."""
    token = request.session.get(SESSION_KEY)
    quote = quote_lines(lines_of(token=token, user_id=shopper_key(request)))
    typed = dict(typed_of(request)) if refused else {}
    lines = [
        (
            line,
            str(refused) if refused and refused.sku == line.sku else problem,
            typed.get(line.sku, str(line.quantity)),
        )
        for line, problem in explained(quote)
    ]
    context = {"quote": quote, "lines": lines, "not_added": not_added, "conf": shop_settings()}
    unpaid = _unpaid(request, kept=(ORDER_KEY,) if lines else (SESSION_KEY, ORDER_KEY))
    context |= {"cart_count": quote.pieces, "unpaid": unpaid, **_removed(request, quote)}
    return render(request, "shop/cart.html", context, status=status)


def _removed(request: HttpRequest, quote: Quote) -> dict[str, object]:
    """What was taken out a moment ago, by the address of the page, so that it can be put back."""
    form = LineForm({"sku": request.GET.get("removed"), "quantity": request.GET.get("pieces")})
    if not request.GET or not form.is_valid():
        return {}
    sku, pieces = form.cleaned_data["sku"], form.cleaned_data["quantity"]
    if pieces < 1 or sku in {line.sku for line in quote.lines}:
        return {}
    return {"removed": configured_catalog().find([sku]).get(sku), "removed_pieces": pieces}


def _unpaid(request: HttpRequest, *, kept: Sequence[str]) -> Payment | None:
    """What this browser ordered last and has not paid: the way back for who left the bank."""
    keys = [request.session[name] for name in kept if name in request.session]
    unpaid = Payment.objects.select_related("order").filter(order__state=OrderState.OPEN)
    return unpaid.filter(order__checkout_key__in=keys).order_by("pk").last() if keys else None


def not_added(request: HttpRequest, reason: str, *, status: int) -> HttpResponse:
    """The reason, the cart, and what should have gone into it with the quantities as typed."""
    messages.error(request, reason)
    typed = {sku.replace("\0", ""): quantity for sku, quantity in typed_of(request)}
    products = configured_catalog().find(list(typed))
    missed = [(products[sku], quantity) for sku, quantity in typed.items() if sku in products]
    return cart_page(request, not_added=missed, status=status)


@never_cache
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    return cart_page(request)


def posted_or_cart(
    view: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Forms are posted; who loads their address again, as after a refusal, finds the cart."""

    @wraps(view)
    def posted(request: HttpRequest) -> HttpResponse:
        return view(request) if request.method == "POST" else redirect("shop:cart")

    return require_http_methods(["GET", "HEAD", "POST"])(posted)


@posted_or_cart
def add(request: HttpRequest) -> HttpResponse:
    if too_often(request, "cart", shop_settings().rate_limits):
        return not_added(request, _too_many_requests(request), status=429)
    try:
        cart = add_to_cart(
            cart=open_cart(request), user_id=shopper_key(request), wanted=wanted_of(request)
        )
    except CartRefused as refusal:
        return not_added(request, str(refusal), status=400)
    before = request.session.get(SESSION_KEY)
    if before != cart.token:
        request.session[SESSION_KEY] = cart.token
        if before:
            request.session[ORDER_KEY] = before
    return redirect("shop:cart")


def _too_many_requests(request: HttpRequest) -> str:
    minutes = minutes_to_wait(request)
    return ngettext(
        "There were too many requests from your connection. Wait a minute, then add it.",
        "There were too many requests from your connection. Wait %(minutes)d minutes, then add it.",
        minutes,
    ) % {"minutes": minutes}


@posted_or_cart
def update(request: HttpRequest) -> HttpResponse:
    cart = open_cart(request)
    try:
        if cart:
            set_quantity(cart=cart, wanted=stepped(request, wanted_of(request)))
    except CartRefused as refusal:
        messages.error(request, str(refusal))
        return cart_page(request, refused=refusal, status=400)
    return redirect("shop:checkout" if request.POST.get("then") == "checkout" else "shop:cart")


@posted_or_cart
def remove(request: HttpRequest) -> HttpResponse:
    """Take out one line: its button sends "pieces SKU", a form of its own sku and quantity."""
    alone = " ".join(request.POST.get(name, "") for name in ("quantity", "sku"))
    pieces, _space, sku = request.POST.get("line", alone).replace("\0", "").partition(" ")
    if cart := open_cart(request):
        remove_from_cart(cart=cart, sku=sku)
    put_back = urlencode({"removed": sku, "pieces": pieces})
    return redirect(f"{reverse('shop:cart')}?{put_back}" if pieces else "shop:cart")
