"""The lines on Stripe's page come to what is charged, or nothing is asked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.money import Money
from payments.providers.base import CreateRequest
from payments.providers.bill import Item, ItemKind
from payments.providers.errors import ProviderRejected
from payments.providers.stripe.amounts import step, to_wire
from payments.providers.stripe.asked import coupon_params, session_params
from payments.providers.stripe.bill import MOST, NAME, bill_of

if TYPE_CHECKING:
    from stripe.params import CouponCreateParams

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


def coupon(request: CreateRequest) -> CouponCreateParams | None:
    discount = bill_of(request).discount
    return coupon_params(request, discount) if discount else None


def off(request: CreateRequest) -> int:
    """How much the coupon of a session takes off, in Stripe's minor units; 0 where it has none."""
    lowered = coupon(request)
    assert bool(lowered) == ("discounts" in session_params(request))
    return lowered["amount_off"] if lowered else 0


def test_a_discount_is_a_coupon_of_this_session_alone() -> None:
    request = asking(TEAPOT, POST, VOUCHER)

    assert session_params(request)["discounts"] == [{"coupon": request.our_ref}]
    assert coupon(request) == {
        "id": request.our_ref,
        "name": "SPRING10",
        "amount_off": 500,
        "currency": "gbp",
        "duration": "once",
        "max_redemptions": 1,
    }


def test_several_discounts_are_one_coupon() -> None:
    request = asking(TEAPOT, VOUCHER, Item("Member", -100, quantity=2, kind=ItemKind.DISCOUNT))

    lowered = coupon(request)
    assert lowered
    assert (lowered["name"], lowered["amount_off"]) == ("SPRING10, Member", 700)


def test_a_discount_is_told_in_stripes_minor_units() -> None:
    sold = Item("Lopapeysa", 25_900), Item("Sale", -900, kind=ItemKind.DISCOUNT)

    assert off(asking(*sold, currency="ISK")) == 90_000
    assert off(asking(*sold, currency="JPY")) == 900


def test_a_discount_too_fine_to_be_told_is_in_the_one_line() -> None:
    sold = Item("Coffee pot", 12_345), Item("Rounding", -5, kind=ItemKind.DISCOUNT)
    request = asking(*sold, currency="KWD")

    assert shown(request) == [("Order 1", 12_340, 1)]
    assert coupon(request) is None


@pytest.mark.parametrize("amount", [-4800, -4801])
def test_a_discount_of_all_or_more_asks_stripe_for_nothing(amount: int) -> None:
    with pytest.raises(ProviderRejected) as refusal:
        session_params(asking(TEAPOT, Item("Gift card", amount, kind=ItemKind.DISCOUNT)))

    assert refusal.value.failure.code == "amount_refused"


def test_what_the_lines_come_to_less_the_discount_is_charged() -> None:
    request = asking(TEAPOT, POST, TAX, VOUCHER)

    whole = sum(amount * pieces for _name, amount, pieces in shown(request))
    assert whole - off(request) == request.amount.amount


CLASSES = ["GBP", "JPY", "KRW", "ISK", "UGX", "HUF", "TWD", "KWD", "MGA"]
AMOUNTS = st.integers(-5000, 50_000)
BILLS = st.lists(
    st.builds(Item, st.text(max_size=300), AMOUNTS, st.integers(0, 12), st.sampled_from(ItemKind)),
    max_size=MOST + 20,
)


@given(items=BILLS, currency=st.sampled_from(CLASSES))
def test_any_bill_comes_to_what_is_charged_or_is_refused(items: list[Item], currency: str) -> None:
    request = asking(*items, currency=currency)
    total = request.amount.amount
    if total <= 0 or total % step(currency):
        with pytest.raises(ProviderRejected):
            session_params(request)
        return

    lines = shown(request)
    assert sum(amount * pieces for _name, amount, pieces in lines) - off(request) == to_wire(
        request.amount
    )
    assert len(lines) <= MOST
    assert all(0 < len(name) <= NAME and amount > 0 < pieces for name, amount, pieces in lines)


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


@pytest.mark.parametrize("name", ["", "   "])
def test_what_has_no_name_has_the_orders(name: str) -> None:
    assert shown(asking(Item(name, 500))) == [("Order 1", 500, 1)]


def test_a_name_too_long_for_the_page_is_cut() -> None:
    ((name, _amount, _pieces),) = shown(asking(Item("x" * 300, 500)))

    assert name == "x" * NAME


def test_more_lines_than_the_page_takes_leave_the_discount_to_be_seen() -> None:
    request = asking(*(Item(f"Bead {number}", 10) for number in range(MOST + 1)), VOUCHER)

    assert shown(request) == [("Order 1", 1010, 1)]
    assert off(request) == 500


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


def test_nobody_pays_in_another_currency_than_the_order_s() -> None:
    assert session_params(asking(TEAPOT))["adaptive_pricing"] == {"enabled": False}


def test_what_a_card_may_pay_link_may() -> None:
    assert session_params(asking(TEAPOT))["allowed_payment_method_types"] == ["card", "link"]


def test_what_is_to_be_kept_is_paid_by_card_alone() -> None:
    request = replace(asking(TEAPOT), save_method=True)

    assert session_params(request)["allowed_payment_method_types"] == ["card"]
