"""What is paid for, as lines of Stripe's page, which add up to what is charged. Pure."""

from __future__ import annotations

from dataclasses import dataclass
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
COUPON_NAME: Final = 40


@dataclass(frozen=True, slots=True)
class Bill:
    """What Stripe's page lists, and all that is taken off it as one discount, below zero."""

    lines: tuple[Item, ...]
    discount: Item | None


def wire_amount(money: Money) -> int:
    """An amount for Stripe; raises ProviderRejected where it charges no such amount."""
    try:
        return to_wire(money)
    except NotOnWire as error:
        raise ProviderRejected(Failure("amount_refused", str(error)[:80])) from error


def bill_of(request: CreateRequest) -> Bill:
    """The lines that cost something, less the discount; raises ProviderRejected on a wrong sum.

    One line for all of them where they are too many or none. One for what is charged, without a
    discount, where Stripe cannot be told of each by itself.
    """
    _check_sum(request)
    told = [item for item in request.items if item.amount * item.quantity]
    if any(item.amount % step(request.amount.currency) or item.quantity < 1 for item in told):
        told = []
    lines = tuple(item for item in told if item.amount > 0)
    discount = _discount([item for item in told if item.amount < 0])
    if not 0 < len(lines) <= MOST:
        whole = request.amount.amount - (discount.amount if discount else 0)
        lines = (Item(request.description, whole),)
    return Bill(lines, discount)


def line_item(item: Item, request: CreateRequest) -> SessionCreateParamsLineItem:
    currency = request.amount.currency
    return {
        "quantity": item.quantity,
        "price_data": {
            "currency": currency.lower(),
            "unit_amount": wire_amount(Money(item.amount, currency)),
            "product_data": {"name": item.name.strip()[:NAME] or request.description},
        },
    }


def _check_sum(request: CreateRequest) -> None:
    """Nothing is asked where there is nothing to pay, or the lines come to something else."""
    if request.amount.amount <= 0:
        raise ProviderRejected(Failure("amount_refused", f"nothing to pay: {request.amount}"))
    total = sum(item.amount * item.quantity for item in request.items)
    if request.items and total != request.amount.amount:
        told = Money(total, request.amount.currency)
        raise ProviderRejected(Failure("provider_refused", f"lines: {told}, not {request.amount}"))


def _discount(lowered: list[Item]) -> Item | None:
    if not lowered:
        return None
    names = ", ".join(item.name.strip() for item in lowered)
    off = sum(item.amount * item.quantity for item in lowered)
    return Item(names[:COUPON_NAME], off, kind=ItemKind.DISCOUNT)
