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


class OutOfStock(OrderError):
    """Some SKUs cannot be had in the quantity asked for; nothing was taken. The shopper acts."""

    def __init__(self, skus: Collection[str]) -> None:
        super().__init__(f"out of stock: {', '.join(sorted(skus))}")
        self.skus = frozenset(skus)


class Unforeseen(Exception):
    """A mistake in somebody's code, by its name and its traceback only, for a log.

    Its text may quote a person, or a body that not everybody may see.
    """

    @classmethod
    def of(cls, error: Exception) -> Unforeseen:
        return cls(type(error).__name__).with_traceback(error.__traceback__)


class Refused(OrderError):
    """What was asked for cannot be; the message says why, in the language of who asked."""


class PiecesGone(Refused):
    """More pieces of a line than are left to refund or to put back. Staff act."""


class DispatchRefused(Refused):
    """These goods cannot be sent now. Staff act."""


class ReturnRefused(Refused):
    """The return cannot be, or was decided otherwise. Whoever asked acts."""


class CancellationRefused(Refused):
    """The order cannot be cancelled, or this wish was decided. Whoever asked acts."""
