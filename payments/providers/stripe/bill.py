"""What is paid for, as lines of Stripe's page, which add up to what is charged. Pure."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from orders.money import Money
from payments.providers.base import CreateRequest, Failure
from payments.providers.bill import Item, ItemKind
from payments.providers.errors import ProviderRejected
from payments.providers.stripe.amounts import NotOnWire, step, to_wire

if TYPE_CHECKING:
    from stripe.params.checkout import SessionCreateParamsLineItem

MOST: Final = 100
"""So many lines Stripe's page takes; more are shown as one."""
NAME: Final = 250


def wire_amount(money: Money) -> int:
    """An amount for Stripe; raises ProviderRejected where it charges no such amount."""
    try:
        return to_wire(money)
    except NotOnWire as error:
        raise ProviderRejected(Failure("amount_refused", str(error)[:80])) from error


def check_sum(request: CreateRequest) -> None:
    """Raise ProviderRejected where the lines do not come to what is charged: nothing is asked."""
    if not request.items:
        return
    total = sum(item.amount * item.quantity for item in request.items)
    if total != request.amount.amount:
        told = Money(total, request.amount.currency)
        raise ProviderRejected(Failure("provider_refused", f"lines: {told}, not {request.amount}"))


def line_items(request: CreateRequest) -> list[SessionCreateParamsLineItem]:
    """The lines that cost something; one for all where they are too many, too fine, or none."""
    check_sum(request)
    charged = [item for item in request.items if item.kind != ItemKind.DISCOUNT and item.amount]
    if not 0 < len(charged) <= MOST or any(map(partial(_too_fine, request), charged)):
        whole = request.amount.amount + discount_of(request).amount
        charged = [Item(request.description, whole)]
    return [_line(item, request.amount.currency) for item in charged]


def discount_of(request: CreateRequest) -> Money:
    """By how much all discounts lower the price."""
    lowered = (item for item in request.items if item.kind == ItemKind.DISCOUNT)
    return Money(-sum(item.amount * item.quantity for item in lowered), request.amount.currency)


def _too_fine(request: CreateRequest, item: Item) -> bool:
    return item.amount % step(request.amount.currency) != 0


def _line(item: Item, currency: str) -> SessionCreateParamsLineItem:
    return {
        "quantity": item.quantity,
        "price_data": {
            "currency": currency.lower(),
            "unit_amount": wire_amount(Money(item.amount, currency)),
            "product_data": {"name": item.name[:NAME]},
        },
    }
