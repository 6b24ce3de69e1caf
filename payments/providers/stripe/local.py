"""Ways to pay that an account has by where it is, and by what its owner switched on.

https://docs.stripe.com/payments/alipay, https://docs.stripe.com/payments/wechat-pay
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from payments.providers.capabilities import MethodCapability
from payments.providers.stripe.amounts import LONGEST, MINIMUMS, STEPS
from payments.providers.told import Told

ANYWHERE: Final = "CNY"
"""What these wallets take of every account that has them."""
CURRENCIES: Final[Mapping[str, frozenset[str]]] = {
    "alipay": frozenset(
        {"AUD", "CAD", "CNY", "EUR", "GBP", "HKD", "JPY", "MYR", "NZD", "SGD", "USD"}
    ),
    "wechat_pay": frozenset(
        {"AUD", "CAD", "CHF", "CNY", "DKK", "EUR", "GBP", "HKD", "JPY", "NOK", "SEK", "SGD", "USD"}
    ),
}
EURO_TOO: Final[Mapping[str, frozenset[str]]] = {
    "alipay": frozenset({"BG", "CH", "CZ", "DK", "NO", "RO", "SE"}),
    "wechat_pay": frozenset({"CH", "DK", "NO", "SE"}),
}
"""Where an account may charge in euro by them, though it is not paid out in it."""


def wallet_of_china(method: str) -> MethodCapability:
    """Paid on Stripe's page and then the wallet's own, at once, and never kept."""
    return MethodCapability(
        method,
        local=True,
        currencies=CURRENCIES[method],
        minimums=MINIMUMS,
        steps=STEPS,
        maximum=LONGEST,
    )


def methods_of(account: Told, configurations: Sequence[Told]) -> dict[str, list[str]] | None:
    """What the account has, each with its currencies, none named being all; None: it is not told.

    By its own default configuration, which says what is switched on and what is allowed.
    """
    own = [each for each in configurations if each.flag("is_default")]
    default = next((each for each in own if not each.maybe_text("application")), None)
    if default is None:
        return None
    told = {method: default.maybe_row(method) for method in ("card", *CURRENCIES)}
    has = [method for method, row in told.items() if row and row.flag("available")]
    return {method: _currencies(account, method) for method in has}


def _currencies(account: Told, method: str) -> list[str]:
    if method not in CURRENCIES:
        return []
    own, country = account.text("default_currency").upper(), account.text("country")
    euro = {"EUR"} if country in EURO_TOO[method] else set()
    return sorted(({own} & CURRENCIES[method]) | euro | {ANYWHERE})
