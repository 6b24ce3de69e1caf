"""What a shopper pays for, line by line, as it is shown at the provider. Pure."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class ItemKind(enum.StrEnum):
    """What a line of a bill is about."""

    GOODS = "goods"
    SHIPPING = "shipping"
    TAX = "tax"
    DISCOUNT = "discount"


@dataclass(frozen=True, slots=True)
class Item:
    """One line of what is paid for, as a shopper reads it at the provider.

    `amount` is that of one, in minor units; that of a discount is below zero.
    """

    name: str
    amount: int
    quantity: int = 1
    kind: ItemKind = ItemKind.GOODS
