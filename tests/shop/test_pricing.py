"""What a cart costs, and the digest of it that a page carries."""

from __future__ import annotations

from dataclasses import replace

from django.template.loader import render_to_string

from orders.money import Money
from shop.catalog import Product
from shop.pricing import Quote, QuoteLine, Wanted, quote

POT = Product("POT", "Pot", Money(4200, "GBP"))
CUP = Product("CUP", "Cup", Money(2100, "GBP"))


def shown(*wanted: tuple[Product, int], currency: str = "GBP") -> Quote:
    pieces = [Wanted(product.sku, quantity) for product, quantity in wanted]
    products = {product.sku: product for product, _ in wanted}
    return quote(pieces, products, currency=currency, max_quantity=99)


def test_a_fingerprint_is_the_same_in_whatever_order_the_lines_stand() -> None:
    assert shown((POT, 1), (CUP, 2)).fingerprint == shown((CUP, 2), (POT, 1)).fingerprint


def test_a_fingerprint_changes_with_sku_quantity_price_and_currency() -> None:
    cheaper = replace(POT, price=Money(2100, "GBP"))
    in_euro = replace(POT, price=Money(4200, "EUR"))
    carts = [
        shown((POT, 1)),
        shown((CUP, 2)),
        shown((CUP, 1)),
        shown((cheaper, 2)),
        shown((in_euro, 1), currency="EUR"),
        shown((in_euro, 1)),
    ]

    assert len({cart.fingerprint for cart in carts}) == len(carts)


def test_the_costs_of_a_quote_name_goods_and_delivery() -> None:
    lines = (QuoteLine("POT", 1, None, Money(3000, "GBP")),)

    shown = render_to_string("shop/_costs.html", {"quote": Quote(lines, Money(3395, "GBP"))})

    assert [amount for amount in ("£30.00", "£3.95", "£33.95") if amount not in shown] == []
