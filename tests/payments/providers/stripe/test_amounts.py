"""Stripe counts in its own minor units, and charges no others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.money import Money
from payments.providers.errors import BadAnswer
from payments.providers.stripe.amounts import NotOnWire, from_wire, step, to_wire

CLASSES = [
    pytest.param(Money(1234, "GBP"), 1234, id="hundredths"),
    pytest.param(Money(500, "JPY"), 500, id="whole"),
    pytest.param(Money(12_000, "KRW"), 12_000, id="another-whole-one"),
    pytest.param(Money(1_000, "XPF"), 1_000, id="whole-in-the-pacific"),
    pytest.param(Money(1230, "KWD"), 1230, id="thousandths"),
    pytest.param(Money(5120, "TND"), 5120, id="thousandths-in-tunis"),
    pytest.param(Money(5, "ISK"), 500, id="whole-but-told-in-hundredths"),
    pytest.param(Money(7000, "UGX"), 700_000, id="another-one-of-these"),
    pytest.param(Money(12_300, "MGA"), 123, id="hundredths-but-told-whole"),
    pytest.param(Money(1045, "HUF"), 1045, id="whole-only-in-payouts"),
    pytest.param(Money(800_45, "TWD"), 800_45, id="another-one-of-those"),
]
EVERY = ["GBP", "USD", "JPY", "KRW", "KWD", "BHD", "ISK", "UGX", "MGA", "HUF", "TWD", "CLP", "VND"]


@pytest.mark.parametrize(("ours", "theirs"), CLASSES)
def test_an_amount_is_told_as_stripe_counts_it(ours: Money, theirs: int) -> None:
    assert to_wire(ours) == theirs


@pytest.mark.parametrize(("ours", "theirs"), CLASSES)
def test_what_stripe_counts_is_read_as_ours(ours: Money, theirs: int) -> None:
    assert from_wire(theirs, ours.currency) == ours


@given(times=st.integers(0, 10**8), currency=st.sampled_from(EVERY))
def test_what_can_be_charged_comes_back_as_it_was(times: int, currency: str) -> None:
    amount = Money(times * step(currency), currency)

    assert from_wire(to_wire(amount), currency) == amount


@pytest.mark.parametrize(
    "amount", [Money(1234, "KWD"), Money(12_345, "MGA")], ids=lambda money: money.currency
)
def test_too_many_decimals_are_not_charged_and_not_rounded(amount: Money) -> None:
    with pytest.raises(NotOnWire, match="must be a multiple of"):
        to_wire(amount)


def test_a_currency_that_stripe_does_not_know_is_not_rounded_either() -> None:
    with pytest.raises(NotOnWire, match="too fine"):
        to_wire(Money(1234, "LYD"))


def test_a_finer_amount_than_the_currency_has_is_a_bad_answer() -> None:
    with pytest.raises(BadAnswer, match="finer"):
        from_wire(512, "ISK")
