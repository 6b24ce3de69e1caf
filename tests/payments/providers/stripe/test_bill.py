"""The lines on Stripe's page come to what is charged, or nothing is asked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orders.money import Money
from payments.providers.base import CreateRequest
from payments.providers.bill import Item, ItemKind
from payments.providers.errors import ProviderRejected
from payments.providers.stripe.asked import coupon_params, session_params
from payments.providers.stripe.bill import MOST

TEAPOT = Item("Stoneware teapot", 2400, quantity=2)
POST = Item("Royal Mail", 395, kind=ItemKind.SHIPPING)
TAX = Item("VAT", 1039, kind=ItemKind.TAX)
VOUCHER = Item("SPRING10", -500, kind=ItemKind.DISCOUNT)


def asking(*items: Item, amount: int = 0, currency: str = "GBP") -> CreateRequest:
    total = amount or sum(item.amount * item.quantity for item in items)
    ref = "A" + 20 * "1"
    money, back = Money(total, currency), "http://shop.test/back/"
    return CreateRequest(ref, money, f"{ref}:create", "card", "Order 1", back, items=items)


def shown(request: CreateRequest) -> list[tuple[str, int, int]]:
    lines = session_params(request)["line_items"]
    return [
        (
            line["price_data"]["product_data"]["name"],
            line["price_data"]["unit_amount"],
            line["quantity"],
        )
        for line in lines
    ]


def test_goods_shipping_and_tax_are_lines() -> None:
    assert shown(asking(TEAPOT, POST, TAX)) == [
        ("Stoneware teapot", 2400, 2),
        ("Royal Mail", 395, 1),
        ("VAT", 1039, 1),
    ]


def test_a_discount_is_a_coupon_of_this_session_alone() -> None:
    request = asking(TEAPOT, POST, VOUCHER)

    assert session_params(request)["discounts"] == [{"coupon": request.our_ref}]
    coupon = coupon_params(request)
    assert (coupon["amount_off"], coupon["currency"]) == (500, "gbp")
    assert (coupon["duration"], coupon["max_redemptions"]) == ("once", 1)


def test_what_the_lines_come_to_less_the_discount_is_charged() -> None:
    request = asking(TEAPOT, POST, TAX, VOUCHER)

    whole = sum(amount * pieces for _name, amount, pieces in shown(request))
    assert whole - coupon_params(request)["amount_off"] == request.amount.amount


def test_lines_that_come_to_something_else_are_refused_before_the_call() -> None:
    with pytest.raises(ProviderRejected, match=r"lines: GBP 48\.00, not GBP 48\.01"):
        session_params(asking(TEAPOT, amount=4801))


def test_a_rest_without_lines_is_one_line() -> None:
    assert shown(asking(amount=1700)) == [("Order 1", 1700, 1)]


def test_more_lines_than_the_page_takes_are_one() -> None:
    many = [Item(f"Bead {number}", 10) for number in range(MOST + 1)]

    assert shown(asking(*many)) == [("Order 1", 1010, 1)]


def test_what_costs_nothing_is_no_line() -> None:
    assert shown(asking(TEAPOT, Item("Gift", 0))) == [("Stoneware teapot", 2400, 2)]


def test_lines_are_told_in_stripes_minor_units() -> None:
    assert shown(asking(Item("Lopapeysa", 25_900), currency="ISK")) == [("Lopapeysa", 2_590_000, 1)]


def test_lines_too_fine_to_be_told_are_one_where_their_sum_is_not() -> None:
    pots = Item("Coffee pot", 615, quantity=2)

    assert shown(asking(pots, currency="KWD")) == [("Order 1", 1230, 1)]


def test_what_cannot_be_charged_is_refused_before_the_call() -> None:
    with pytest.raises(ProviderRejected) as refusal:
        session_params(asking(Item("Coffee pot", 1234), currency="KWD"))

    assert refusal.value.failure.code == "amount_refused"


@pytest.mark.parametrize(
    ("language", "locale"),
    [
        ("en", "en"),
        ("zh-hans", "zh"),
        ("de-at", "de"),
        ("pt-br", "pt-BR"),
        ("eo", "auto"),
        ("", "auto"),
    ],
)
def test_the_page_speaks_the_shoppers_language(language: str, locale: str) -> None:
    request = replace(asking(TEAPOT), language=language)

    assert session_params(request)["locale"] == locale
