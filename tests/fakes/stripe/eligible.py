"""Which payment methods an account may offer for a payment: dynamic, as the pinned version is."""

from __future__ import annotations

from typing import Final

from tests.fakes.stripe.errors import Json, Refused, invalid
from tests.fakes.stripe.store import Shelf

REDIRECTS: Final = frozenset({"alipay"})
WALLETS_OF_CHINA: Final = frozenset({"alipay", "wechat_pay"})
EXCLUSIVE: Final = ("allowed_payment_method_types", "excluded_payment_method_types")


def options(params: Json) -> Json:
    """`payment_method_options` as they are told: what was asked for, and Stripe's defaults."""
    told: Json = params.get("payment_method_options") or {}
    if "card" in told:
        told = {**told, "card": {"request_three_d_secure": "automatic", **told["card"]}}
    return told


def gone() -> Refused:
    """docs.stripe.com/changelog/endive: both creates refuse the explicit list."""
    return invalid(
        "payment_method_types is no longer supported. Use allowed_payment_method_types.",
        code="payment_method_types_no_longer_supported",
        param="payment_method_types",
    )


def types(shelf: Shelf, params: Json, *, currency: str, manual: bool, saved: bool) -> list[str]:
    """`manual`: captured by hand; `saved`: for use without the shopper.

    Raises Refused where nothing is left, or where allowed and excluded are both given.
    """
    if all(params.get(name) for name in EXCLUSIVE):
        raise invalid(f"You may only specify one of {', '.join(EXCLUSIVE)}.", param=EXCLUSIVE[0])
    allowed = params.get("allowed_payment_method_types") or shelf.account.methods
    excluded = params.get("excluded_payment_method_types") or ()
    foreign = currency not in {"cny", shelf.account.currency}
    closed = WALLETS_OF_CHINA if manual or saved or foreign else frozenset()
    found = [
        kind
        for kind in shelf.account.methods
        if kind in allowed and kind not in excluded and kind not in closed
    ]
    if not found:
        raise invalid(
            "No valid payment method types for this Checkout Session or PaymentIntent. Ensure that "
            "you have activated payment methods compatible with your chosen currency.",
            param="allowed_payment_method_types"
            if "allowed_payment_method_types" in params
            else "",
        )
    return found
