"""The installer's stock, as the two verbs an order needs of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from django.utils.module_loading import import_string

from orders.conf import order_settings


@dataclass(frozen=True, slots=True)
class StockLine:
    """So many pieces of one SKU."""

    sku: str
    quantity: int


class Stock(Protocol):
    """Holds and returns pieces; idempotent per ref, in the caller's database and transaction.

    Rows are touched in SKU order, so that two orders never wait for each other in a ring.
    """

    def take(self, *, ref: str, lines: Sequence[StockLine]) -> None:
        """Take all lines or none; raises OutOfStock naming the SKUs. A second call: no change."""

    def give_back(self, *, ref: str, lines: Sequence[StockLine]) -> None:
        """Return what ref took. A second call changes nothing.

        A ref with a slash, such as `05NZ98EERJ/T4K7M2QXWA`, returns pieces of what the part
        before the slash took: lines of a return or refund. The caller sees that they are not
        too many.
        """


class EndlessStock:
    """The default for goods that never run out."""

    def take(self, *, ref: str, lines: Sequence[StockLine]) -> None:
        pass

    def give_back(self, *, ref: str, lines: Sequence[StockLine]) -> None:
        pass


def configured_stock() -> Stock:
    """The Stock named in ORDERS["stock"]."""
    stock: Stock = import_string(order_settings().stock)()
    return stock
