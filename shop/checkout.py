"""The one transaction that makes an order of a cart."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Q

from orders.models import Order
from orders.services.place import AddressDraft, LineDraft, OrderDraft, place_order
from orders.services.stock import StockLine, configured_stock
from payments.models import Attempt
from payments.registry import PaymentOption
from payments.services.open import open_payment
from shop.cart import quote_pieces
from shop.conf import shop_settings
from shop.models import Cart
from shop.pricing import Quote, Wanted


class CartGone(Exception):
    """The cart was emptied elsewhere; there is nothing to order."""


class QuoteChanged(Exception):
    """The cart or a price is not what the shopper saw; nothing was placed or charged."""

    def __init__(self, quote: Quote) -> None:
        super().__init__("the cart is not what the shopper saw")
        self.quote = quote


@dataclass(frozen=True, slots=True)
class CheckoutDraft:
    """What the shopper sent, with the quote that the page showed.

    `seen` is that quote's fingerprint, `seen_total` its total in minor units; `checkout_key` is
    the cart's token, and the cart must be the guest's of `cart_token` or the signed-in shopper's;
    `option` is None only where nothing is to be paid.
    """

    checkout_key: str
    seen: str
    seen_total: int
    email: str
    address: AddressDraft
    option: PaymentOption | None
    language: str
    cart_token: str | None = None
    user_id: int | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """The order of a checkout, with the attempt to pay it; `fresh` where this call made it."""

    order: Order
    attempt: Attempt | None
    fresh: bool


def check_out(draft: CheckoutDraft) -> Placed:
    """Place the order once; a second call with the same key returns the same order.

    Raises QuoteChanged, CartGone, or OutOfStock: then the cart is as it was and no order exists.
    Call the provider afterwards, with the transaction closed.
    """
    try:
        return _place(draft)
    except IntegrityError:  # the key was used a moment ago, or the order's number was taken
        return _place(draft)


def _place(draft: CheckoutDraft) -> Placed:
    with transaction.atomic(durable=True):
        cart, wanted = _locked_cart(draft)
        if cart is None:
            return placed_before(draft.checkout_key)
        quote = quote_pieces(wanted)
        shown = (quote.fingerprint, quote.total.amount)
        if not quote.buyable or shown != (draft.seen, draft.seen_total):
            raise QuoteChanged(quote)
        order = place_order(_order_draft(draft, quote))
        attempt = open_payment(order, draft.option)
        if _emptied(cart) != len(wanted):  # a line came in while we waited for the lock
            raise QuoteChanged(quote)
        lines = [StockLine(line.sku, line.quantity) for line in quote.lines]
        configured_stock().take(ref=order.number, lines=lines)
    return Placed(order, attempt, fresh=True)


def _locked_cart(draft: CheckoutDraft) -> tuple[Cart | None, list[Wanted]]:
    """The shopper's cart and what it holds, each row as its last writer left it, and locked."""
    mine = Q(token=draft.cart_token, user=None)
    if draft.user_id:
        mine |= Q(user=draft.user_id)
    carts = Cart.objects.filter(mine, token=draft.checkout_key, lines__isnull=False)
    rows = carts.select_for_update().order_by("lines__pk")
    found = list(rows.values_list("pk", "lines__sku", "lines__quantity"))
    cart = Cart(pk=found[0][0]) if found else None
    return cart, [Wanted(sku, quantity) for _, sku, quantity in found]


def _emptied(cart: Cart) -> int:
    """Delete the cart; how many lines it held."""
    rows, _ = cart.delete()
    return rows - 1


def placed_before(checkout_key: str) -> Placed:
    """The order that this key has made already; raises CartGone where there is none."""
    order = Order.objects.filter(checkout_key=checkout_key).first()
    if order is None:
        raise CartGone
    attempt = Attempt.objects.filter(payment__order=order).order_by("pk").last()
    return Placed(order, attempt, fresh=False)


def _order_draft(draft: CheckoutDraft, quote: Quote) -> OrderDraft:
    return OrderDraft(
        checkout_key=draft.checkout_key,
        currency=quote.total.currency,
        email=draft.email,
        language=draft.language,
        lines=[
            LineDraft(line.sku, line.product.name, line.quantity, line.product.price)
            for line in quote.lines
            if line.product
        ],
        address=draft.address,
        user_id=draft.user_id,
        terms_version=shop_settings().terms_version,
    )
