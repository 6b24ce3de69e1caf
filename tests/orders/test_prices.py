"""What templates write of prices: a delivery that costs something says so, else it is free."""

from __future__ import annotations

import pytest
from django.utils import translation

from orders.models import Order, OrderLine
from orders.money import Money
from orders.templatetags.till import delivery, price


@pytest.mark.parametrize(
    ("language", "minor", "written"),
    [("en", 0, "Free"), ("zh-hans", 0, "免费"), ("en", 1, "£0.01"), ("en", 395, "£3.95")],
)
def test_a_price_of_nothing_is_a_word(language: str, minor: int, written: str) -> None:
    with translation.override(language):
        assert price(Money(minor, "GBP")) == written


@pytest.mark.parametrize(("total", "beyond"), [(3000, 0), (3395, 395)])
def test_delivery_is_what_an_order_costs_beyond_its_goods(total: int, beyond: int) -> None:
    order = Order(currency="GBP", total_amount=total)
    lines = [OrderLine(order=order, gross_amount=amount) for amount in (1000, 2000)]

    assert delivery(order, lines) == Money(beyond, "GBP")
