"""Placing an order: a snapshot of what was agreed, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from orders.clock import now
from orders.conf import order_settings
from orders.models import Address, Order, OrderLine
from orders.money import Money


@dataclass(frozen=True, slots=True)
class LineDraft:
    """One SKU to be ordered; `unit` is the price agreed."""

    sku: str
    name: str
    quantity: int
    unit: Money


@dataclass(frozen=True, slots=True)
class AddressDraft:
    """Where the goods go; country as ISO 3166 alpha-2."""

    name: str
    line1: str
    city: str
    country: str
    line2: str = ""
    region: str = ""
    postcode: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class OrderDraft:
    """All that is agreed before paying. `checkout_key` makes a second placement impossible."""

    checkout_key: str
    currency: str
    email: str
    language: str
    lines: Sequence[LineDraft]
    address: AddressDraft
    user_id: int | None = None
    terms_version: str = ""


def place_order(draft: OrderDraft) -> Order:
    """Write the order, its lines and its address; the caller holds the transaction.

    Raises IntegrityError on a used checkout_key, or where the number drawn is taken, which is
    one in 10^15: the caller rolls back and calls again. The stock is taken last.
    """
    order = _new_order(draft)
    order.save(force_insert=True)
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            position=position,
            sku=line.sku,
            name=line.name,
            quantity=line.quantity,
            unit_amount=line.unit.amount,
            gross_amount=(line.unit * line.quantity).amount,
        )
        for position, line in enumerate(draft.lines, start=1)
    )
    drafted = draft.address
    Address.objects.create(
        order=order,
        name=drafted.name,
        line1=drafted.line1,
        line2=drafted.line2,
        city=drafted.city,
        region=drafted.region,
        postcode=drafted.postcode,
        country=drafted.country,
        phone=drafted.phone,
    )
    return order


def _total(draft: OrderDraft) -> Money:
    return sum((line.unit * line.quantity for line in draft.lines), Money.zero(draft.currency))


def _new_order(draft: OrderDraft) -> Order:
    placed_at = now()
    return Order(
        checkout_key=draft.checkout_key,
        placed_at=placed_at,
        expires_at=placed_at + timedelta(minutes=order_settings().open_minutes),
        link_expires_at=placed_at + timedelta(days=order_settings().link_days),
        user_id=draft.user_id,
        email=draft.email,
        language=draft.language,
        currency=draft.currency,
        total_amount=_total(draft).amount,
        terms_version=draft.terms_version,
    )
