"""What can go wrong with an order, as one small tree."""

from __future__ import annotations

from collections.abc import Collection


class OrderError(Exception):
    """Root of all that orders refuse."""


class InvalidAmount(OrderError, ValueError):
    """Not an amount of money."""


class CurrencyMismatch(OrderError, ValueError):
    """Two currencies in one sum."""


class IllegalTransition(OrderError):
    """The transition table does not have this step."""


class PiecesGone(OrderError):
    """More pieces of a line than are left to refund; the message says so. Staff act."""


class OutOfStock(OrderError):
    """Some SKUs cannot be had in the quantity asked for; nothing was taken. The shopper acts."""

    def __init__(self, skus: Collection[str]) -> None:
        super().__init__(f"out of stock: {', '.join(sorted(skus))}")
        self.skus = frozenset(skus)
