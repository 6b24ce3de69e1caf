"""Money is an integer of minor units with its currency; nothing is lost and nothing is mixed."""

from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.errors import CurrencyMismatch, InvalidAmount
from orders.formats import country_names, format_money
from orders.money import EXPONENTS, Money, exponent

AMOUNTS = st.integers(1 - 10**15, 10**15 - 1)
CURRENCIES = st.sampled_from(["JPY", "KWD", "USD", "GBP"])


@given(AMOUNTS, CURRENCIES)
def test_what_is_written_reads_the_same(amount: int, currency: str) -> None:
    money = Money(amount, currency)

    assert Money.parse(str(money.decimal), currency) == money


@given(AMOUNTS, AMOUNTS, CURRENCIES)
def test_what_was_added_can_be_taken_away(one: int, other: int, currency: str) -> None:
    assert Money(one, currency) + Money(other, currency) - Money(other, currency) == Money(
        one, currency
    )


@given(AMOUNTS, st.integers(0, 9999), CURRENCIES)
def test_so_many_pieces_cost_as_much_as_adding_them(amount: int, times: int, currency: str) -> None:
    assert (Money(amount, currency) * times).amount == amount * times


@given(AMOUNTS, CURRENCIES)
def test_decimals_have_the_digits_of_the_currency(amount: int, currency: str) -> None:
    assert Money(amount, currency).decimal.as_tuple().exponent == -exponent(currency)


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("12.30", "GBP", 1230),
        (" 7 ", "GBP", 700),
        ("1500", "JPY", 1500),
        ("1.234", "KWD", 1234),
        ("-0.01", "USD", -1),
        ("0", "USD", 0),
    ],
)
def test_a_decimal_is_read_into_minor_units(text: str, currency: str, amount: int) -> None:
    assert Money.parse(text, currency) == Money(amount, currency)


@pytest.mark.parametrize(
    ("text", "currency", "why"),
    [
        ("ten", "GBP", "'ten' is not an amount"),
        ("9" * 50, "GBP", f"'{'9' * 40}' is not an amount"),
        ("1.5", "JPY", "'1.5' has too many decimals: JPY has 0"),
    ],
)
def test_a_refused_amount_is_told_why(text: str, currency: str, why: str) -> None:
    with pytest.raises(InvalidAmount) as refused:
        Money.parse(text, currency)

    assert str(refused.value) == why


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        *(("1.005", "GBP"), ("1.5", "JPY"), ("1.2345", "KWD")),
        *(("", "GBP"), ("ten", "GBP"), ("1,50", "GBP"), ("£5", "GBP"), ("1 000", "GBP")),
        *(("NaN", "GBP"), ("Infinity", "GBP"), ("1e2", "GBP"), ("1e999999", "GBP")),
        *(("1\0", "GBP"), ("9" * 400, "GBP")),
    ],
)
def test_what_is_no_amount_is_refused(text: str, currency: str) -> None:
    with pytest.raises(InvalidAmount):
        Money.parse(text, currency)


@pytest.mark.parametrize("amount", [1.0, "1", Decimal(1), True, None])
def test_only_integers_are_amounts(amount: Any) -> None:
    with pytest.raises(InvalidAmount, match="integer of minor units, not"):
        Money(amount, "GBP")


@pytest.mark.parametrize("currency", ["", "gbp", "GB", "GBPP", "€", "GB1"])
def test_only_iso_codes_are_currencies(currency: str) -> None:
    with pytest.raises(InvalidAmount, match="is not an ISO 4217 code"):
        Money(1, currency)


@pytest.mark.parametrize("factor", [0.5, Decimal("0.5"), 1.0])
def test_money_is_not_multiplied_by_fractions(factor: Any) -> None:
    with pytest.raises(InvalidAmount):
        Money(100, "GBP") * factor


MIXED = [operator.add, operator.sub, operator.lt, operator.le, operator.gt, operator.ge]


@pytest.mark.parametrize("act", MIXED, ids=lambda act: act.__name__)
def test_two_currencies_are_never_mixed(act: Callable[[Money, Money], object]) -> None:
    with pytest.raises(CurrencyMismatch, match="GBP is not USD"):
        act(Money(1, "GBP"), Money(1, "USD"))


def test_what_is_equal_is_not_less() -> None:
    assert not Money(1, "GBP") < Money(1, "GBP")


def test_equal_amounts_of_two_currencies_differ() -> None:
    assert Money(1, "GBP") != Money(1, "USD")


def test_money_never_changes() -> None:
    with pytest.raises(AttributeError):
        Money(1, "GBP").amount = 2  # type: ignore[misc]  # that is the point


def test_each_currency_has_one_exponent() -> None:
    assert (exponent("GBP"), exponent("JPY"), exponent("KWD")) == (2, 0, 3)
    assert set(EXPONENTS.values()) == {0, 3}


@pytest.mark.parametrize(
    ("money", "language", "written"),
    [
        (Money(123456, "GBP"), "en", "£1,234.56"),
        (Money(1500, "JPY"), "en", "¥1,500"),
        (Money(123456, "USD"), "zh-hans", "US$1,234.56"),
        (Money(123456, "EUR"), "de", "1.234,56\xa0€"),
        (Money(100, "GBP"), "xx-nowhere", "£1.00"),
    ],
)
def test_amounts_are_written_as_people_write_them(
    money: Money, language: str, written: str
) -> None:
    assert format_money(money, language) == written


def test_thousandths_are_written_too() -> None:
    assert format_money(Money(1234, "KWD"), "en").endswith("1.234")


def test_a_list_of_countries_holds_countries_only() -> None:
    names = country_names("en")

    assert names["GB"] == "United Kingdom"
    assert len(set(names) - {"XK"}) == 249  # ISO 3166; Kosovo has a code in use but none of its own


@given(st.lists(AMOUNTS), CURRENCIES, st.randoms(use_true_random=False))
def test_a_sum_does_not_depend_on_its_order(
    amounts: list[int], currency: str, order: Random
) -> None:
    moneys = [Money(amount, currency) for amount in amounts]
    shuffled = order.sample(moneys, len(moneys))

    assert sum(shuffled, Money.zero(currency)) == Money(sum(amounts), currency)


@given(AMOUNTS, AMOUNTS, CURRENCIES)
def test_what_is_more_in_minor_units_is_more_money(one: int, other: int, currency: str) -> None:
    assert (Money(one, currency) < Money(other, currency)) == (one < other)
