"""Amounts as Stripe counts them. Pure.

Stripe's minor units are not those of ISO 4217 everywhere, and not every amount can be charged.
https://docs.stripe.com/currencies
"""

from __future__ import annotations

from typing import Final

from orders.money import Money, exponent
from payments.providers.errors import BadAnswer

WHOLE: Final = frozenset(
    "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split()  # noqa: SIM905  # a list of words is read more easily
)
"""Charged in whole units, on the wire too."""
THOUSANDTHS: Final = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})
"""Of three decimals, the last of which must be 0."""
HUNDREDTHS: Final = 2
"""The digits on the wire of all the others, also of ISK and UGX, which have no hundredths."""
LONGEST: Final = 99_999_999
"""The largest amount on the wire, in its minor units."""

MINIMUMS: Final = {
    "AED": 200,
    "AUD": 50,
    "BGN": 100,
    "BRL": 50,
    "CAD": 50,
    "CHF": 50,
    "CZK": 1500,
    "DKK": 250,
    "EUR": 50,
    "GBP": 30,
    "HKD": 400,
    "HUF": 17500,
    "INR": 50,
    "JPY": 50,
    "MXN": 1000,
    "MYR": 200,
    "NOK": 300,
    "NZD": 50,
    "PLN": 200,
    "RON": 200,
    "SEK": 300,
    "SGD": 50,
    "THB": 1000,
    "USD": 50,
}
"""The least that can be charged by currency, in our minor units; of others Stripe converts it."""


STEPS: Final = {**dict.fromkeys(THOUSANDTHS, 10), "MGA": 100}
"""Of how many of our minor units an amount must be a multiple, where of more than one."""


class NotOnWire(ValueError):
    """An amount that Stripe cannot be asked for."""


def digits(currency: str) -> int:
    """How many digits of an amount on the wire are behind the point."""
    if currency in WHOLE:
        return 0
    return 3 if currency in THOUSANDTHS else HUNDREDTHS


def step(currency: str) -> int:
    """Of how many of our minor units an amount must be a multiple to be charged."""
    return STEPS.get(currency, 1)


def to_wire(money: Money) -> int:
    """An amount in Stripe's minor units; raises NotOnWire where it has too many decimals."""
    if money.amount % step(money.currency):
        raise NotOnWire(f"Stripe charges no {money}: it must be a multiple of {step_of(money)}")
    more = digits(money.currency) - exponent(money.currency)
    if more < 0 and money.amount % 10**-more:
        raise NotOnWire(f"Stripe charges no {money}: it is too fine")
    return int(money.amount * 10**more) if more >= 0 else money.amount // 10**-more


def step_of(money: Money) -> Money:
    return Money(step(money.currency), money.currency)


def from_wire(amount: int, currency: str) -> Money:
    """What Stripe counts, in ours; `currency` in upper case. Raises BadAnswer where it is finer."""
    more = digits(currency) - exponent(currency)
    if more > 0 and amount % 10**more:
        raise BadAnswer(f"{amount} {currency} is finer than the currency")
    return Money(amount // 10**more if more >= 0 else amount * 10**-more, currency)
