"""Coupons: what takes an amount off the sum of a checkout session."""

from __future__ import annotations

from typing import Final

from tests.fakes.stripe import metadata
from tests.fakes.stripe.currencies import check_currency
from tests.fakes.stripe.errors import Json, invalid, missing, not_found
from tests.fakes.stripe.store import Shelf

LONGEST_NAME: Final = 40


def create(shelf: Shelf, params: Json) -> Json:
    """One of an amount, by the id that its shop gives it or a new one; raises Refused."""
    _check(shelf, params)
    told = shelf.new(
        "coupon",
        "coupon",
        {
            "amount_off": params["amount_off"],
            "currency": params["currency"],
            "duration": params.get("duration", "once"),
            "duration_in_months": None,
            "max_redemptions": params.get("max_redemptions"),
            "metadata": metadata.merged({}, params.get("metadata")),
            "name": params.get("name") or None,
            "percent_off": None,
            "redeem_by": None,
            "times_redeemed": 0,
            "valid": True,
        },
    )
    told["id"] = params.get("id") or told["id"]
    return shelf.add(told)


def _check(shelf: Shelf, params: Json) -> None:
    for name in ("amount_off", "currency"):
        if name not in params:
            raise missing(name)
    check_currency(params["currency"], param="currency", charged=shelf.charged())
    for name in ("amount_off", "max_redemptions"):
        if params.get(name, 1) < 1:
            said = "This value must be greater than or equal to 1."
            raise invalid(said, code="parameter_invalid_integer", param=name)
    if params.get("id") in shelf.objects:
        raise invalid("Coupon already exists.", code="resource_already_exists", param="id")


def retrieve(shelf: Shelf, params: Json, wanted: str) -> Json:
    return shelf.get("coupon", wanted)


def wanted_by(shelf: Shelf, params: Json, currency: str) -> Json | None:
    """The coupon of a session in that currency; raises Refused where it cannot be applied."""
    wanted = params.get("discounts") or []
    if len(wanted) > 1:
        raise invalid("You may only specify one discount.", param="discounts")
    for each in wanted:
        name, value = next(iter(each.items()))
        param = f"discounts[0][{name}]"
        if name != "coupon":
            raise not_found(name, value, param=param)
        return _usable(shelf, value, currency=currency, param=param)
    return None


def _usable(shelf: Shelf, wanted: str, *, currency: str, param: str) -> Json:
    """Raises Refused where it is used up, or of another currency."""
    told = shelf.get("coupon", wanted, param=param)
    if not told["valid"]:
        said = f"Coupon {wanted} is expired and cannot be used."
        raise invalid(said, code="coupon_expired", param=param)
    if told["currency"] != currency:
        said = f"The coupon is in {told['currency']}, the line items are in {currency}."
        raise invalid(said, param=param)
    return told


def redeem(coupon: Json) -> None:
    """A session that it was applied to is paid."""
    coupon["times_redeemed"] += 1
    most = coupon["max_redemptions"]
    coupon["valid"] = most is None or coupon["times_redeemed"] < most
