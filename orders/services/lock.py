"""The first lock of everything about an order's money."""

from __future__ import annotations

from orders.models import Order


def lock_order(order_id: int) -> Order:
    """Lock one order inside the open transaction, always before its payment, attempts and stock.

    SQLite has no row locks: there the transaction itself is the lock (IMMEDIATE).
    """
    return Order.objects.select_for_update(no_key=True).get(pk=order_id)
