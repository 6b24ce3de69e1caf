"""Coupons take an amount off a session, as often as they may be redeemed."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import stripe

from tests.fakes.cast import Shop, refused, wanted

FIVE: dict[str, Any] = {"id": "five", "amount_off": 500, "currency": "gbp", "max_redemptions": 1}
LOWERED: dict[str, Any] = {"discounts": [{"coupon": "five"}]}


def a_coupon(shop: Shop, **given: Any) -> stripe.Coupon:
    asked: Any = {**FIVE, **given}
    return shop.api.coupons.create(asked)


def test_a_coupon_lowers_the_sum(shop: Shop) -> None:
    a_coupon(shop)
    session = shop.session(1500, **LOWERED)
    told = (session.amount_subtotal, session.amount_total)
    assert told == (1500, 1000)
    assert session.total_details
    assert session.total_details.amount_discount == 500


def test_each_line_bears_its_share(shop: Shop) -> None:
    a_coupon(shop)
    lines = [wanted(amount)["line_items"][0] for amount in (1000, 333, 1)]
    session = shop.session(line_items=lines, **LOWERED)
    told = shop.api.checkout.sessions.line_items.list(session.id).data
    assert [each.amount_discount for each in told] == [374, 125, 1]
    assert sum(each.amount_total for each in told) == session.amount_total


def test_the_page_shows_what_is_taken_off(shop: Shop) -> None:
    a_coupon(shop)
    session = shop.session(1500, **LOWERED)
    assert session.url
    page = httpx.get(session.url, trust_env=False).text
    assert "Discount</th><td>5.00 GBP" in page
    assert "Pay 10.00 GBP" in page


def test_a_coupon_is_redeemed_by_who_pays(shop: Shop) -> None:
    a_coupon(shop)
    session = shop.session(1500, **LOWERED)
    assert shop.api.coupons.retrieve("five").times_redeemed == 0
    shop.fake.pay(session.id)
    told = shop.api.coupons.retrieve("five")
    assert (told.times_redeemed, told.valid) == (1, False)
    assert shop.intent_of(session.id).amount == 1000


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({}, ("coupon_expired", "discounts[0][coupon]")),
        ({"line_items": wanted(1500, "eur")["line_items"]}, (None, "discounts[0][coupon]")),
        (
            {"discounts": [{"promotion_code": "p"}]},
            ("resource_missing", "discounts[0][promotion_code]"),
        ),
        ({"discounts": [{"coupon": "five"}, {"coupon": "five"}]}, (None, "discounts")),
    ],
    ids=["used-up", "another-currency", "no-such-code", "two-at-once"],
)
def test_what_cannot_be_applied_is_refused(
    shop: Shop, given: dict[str, Any], wrong: tuple[str | None, str]
) -> None:
    a_coupon(shop)
    if not given:
        shop.fake.pay(shop.session(1500, **LOWERED).id)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        shop.session(**{**LOWERED, **given})
    assert refused(caught.value)[1:] == wrong


def test_a_discount_of_everything_leaves_nothing_to_charge(shop: Shop) -> None:
    a_coupon(shop, amount_off=2000)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        shop.session(1500, **LOWERED)
    assert refused(caught.value)[1] == "amount_too_small"


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({}, ("resource_already_exists", "id")),
        ({"id": "six", "amount_off": 0}, ("parameter_invalid_integer", "amount_off")),
        ({"id": "six", "max_redemptions": 0}, ("parameter_invalid_integer", "max_redemptions")),
        ({"id": "six", "currency": "xxx"}, (None, "currency")),
    ],
)
def test_a_coupon_that_cannot_be_is_refused(
    shop: Shop, given: dict[str, Any], wrong: tuple[str | None, str]
) -> None:
    a_coupon(shop)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        a_coupon(shop, **given)
    assert refused(caught.value)[1:] == wrong
