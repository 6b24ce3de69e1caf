"""Shoppers: what they type, and pages as a browser without script reads and sends them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.test import Client

from benchmarks.page import Page
from demo.models import Product
from orders.models import Order
from payments.models import ProviderCall
from shop.models import Cart

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

Typed = dict[str, str]

ALICE: Typed = {
    "email": "alice@example.com",
    "name": "Alice Archer",
    "line1": "1 Mill Lane",
    "line2": "Flat 2",
    "city": "Leeds",
    "region": "Yorkshire",
    "postcode": "LS1 4AB",
    "country": "GB",
    "phone": "+44 113 496 0000",
    "method": "sandbox/card",
    "terms": "on",
}
TOKEN = "csrfmiddlewaretoken"
NOBODY_LISTENS = "http://127.0.0.1:9"


def read(response: Answer) -> Page:
    return Page("", response.status_code, response.content.decode())


def put_in_cart(client: Client, product: Product, quantity: int | str = 1) -> Answer:
    return client.post("/cart/add/", {"sku": product.sku, "quantity": quantity})


def filled_in(client: Client, **typed: str) -> Typed:
    """The checkout form as Alice would send it, with changes by keyword. It is not sent yet."""
    form = read(client.get("/checkout/")).form(having="checkout_key")
    return without(dict(form.filled(list((ALICE | typed).items()))), TOKEN)


def without(typed: Typed, *names: str) -> Typed:
    return {name: value for name, value in typed.items() if name not in names}


def kept(response: Answer) -> Typed:
    """What the checkout form of a page would send if nobody typed anything more."""
    return without(dict(read(response).form(having="checkout_key").fields), TOKEN)


def token(response: Answer) -> Typed:
    """The token against forged forms that a page carries."""
    fields = dict(read(response).form(having=TOKEN).fields)
    return {TOKEN: fields[TOKEN]}


def check_out(client: Client, typed: Typed | None = None, **extra: Any) -> Answer:
    return client.post("/checkout/", typed or filled_in(client), **extra)


def local(url: str) -> str:
    """The path of an absolute address, for the test client."""
    return urlsplit(url).path


def nothing_happened(stock: int = 10) -> bool:
    """Nothing ordered, nobody charged, the cart and the shelf as they were."""
    untouched = Cart.objects.exists() and Product.objects.first().stock == stock  # type: ignore[union-attr]  # there is a teapot
    return untouched and not (Order.objects.exists() or ProviderCall.objects.exists())
