"""Line items of a checkout session: their prices and sums, in minor units."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from tests.fakes.stripe.currencies import check_amount, check_currency
from tests.fakes.stripe.errors import Json, invalid, missing, not_found
from tests.fakes.stripe.store import Shelf

MOST: Final = 100


def read(shelf: Shelf, params: Json) -> tuple[list[Json], str]:
    """The items as they are told, and their one currency; raises Refused."""
    wanted = params.get("line_items")
    if not wanted:
        raise missing("line_items")
    if len(wanted) > MOST:
        raise invalid(f"You may have up to {MOST} line items.", param="line_items")
    items = [_item(shelf, each, f"line_items[{place}]") for place, each in enumerate(wanted)]
    currencies = {item["currency"] for item in items}
    if len(currencies) > 1:
        said = "All line items must have the same currency."
        raise invalid(said, param="line_items")
    return items, currencies.pop()


def lower(items: list[Json], off: int) -> int:
    """Take a discount off the lines, each by its share; how much that was: never more than all."""
    whole: int = sum(item["amount_subtotal"] for item in items)
    off = min(off, whole)
    left, rest = off, whole
    for item in items:
        share = left * item["amount_subtotal"] // rest if rest else 0
        rest -= item["amount_subtotal"]
        left -= share
        item["amount_discount"], item["amount_total"] = share, item["amount_subtotal"] - share
    return off


def check_total(shelf: Shelf, items: list[Json], currency: str) -> int:
    """The sum; 0 is not a payment."""
    total: int = sum(item["amount_total"] for item in items)
    what = "The Checkout Session's total amount due"
    settled = shelf.account.currency
    check_amount(total, currency, settled=settled, param="line_items", what=what)
    return total


def _item(shelf: Shelf, wanted: Json, at: str) -> Json:
    if "price" in wanted:
        raise not_found("price", wanted["price"], param=f"{at}[price]")
    if "price_data" not in wanted:
        raise missing(f"{at}[price_data]")
    data = wanted["price_data"]
    check_currency(data["currency"], param=f"{at}[price_data][currency]", charged=shelf.charged())
    unit, quantity = _unit(data, at), wanted.get("quantity")
    if quantity is None:
        raise missing(f"{at}[quantity]")
    if quantity < 1:
        said = "This value must be greater than or equal to 1."
        raise invalid(said, code="parameter_invalid_integer", param=f"{at}[quantity]")
    return _told(shelf, data, unit=unit, quantity=quantity)


def _unit(data: Json, at: str) -> int:
    if "unit_amount" not in data and "unit_amount_decimal" not in data:
        raise missing(f"{at}[price_data][unit_amount]")
    if "product_data" not in data and "product" not in data:
        raise missing(f"{at}[price_data][product_data]")
    if "product" in data:
        raise not_found("product", data["product"], param=f"{at}[price_data][product]")
    amount = Decimal(data["unit_amount"] if "unit_amount" in data else data["unit_amount_decimal"])
    if amount < 0 or amount != int(amount):
        said = "This value must be greater than or equal to 0."
        param = f"{at}[price_data][unit_amount]"
        raise invalid(said, code="parameter_invalid_integer", param=param)
    return int(amount)


def _told(shelf: Shelf, data: Json, *, unit: int, quantity: int) -> Json:
    total, currency = unit * quantity, data["currency"]
    price = shelf.new(
        "price",
        "price",
        {
            "active": False,
            "billing_scheme": "per_unit",
            "currency": currency,
            "custom_unit_amount": None,
            "lookup_key": None,
            "metadata": {},
            "nickname": None,
            "product": shelf.world.new_id("prod", 14),
            "recurring": None,
            "tax_behavior": "unspecified",
            "tiers_mode": None,
            "transform_quantity": None,
            "type": "one_time",
            "unit_amount": unit,
            "unit_amount_decimal": str(unit),
        },
    )
    return {
        "id": shelf.world.new_id("li"),
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": total,
        "amount_tax": 0,
        "amount_total": total,
        "currency": currency,
        "description": data["product_data"]["name"],
        "metadata": {},
        "price": price,
        "quantity": quantity,
    }
