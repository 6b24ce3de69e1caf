"""The first lock of everything about an order's money."""

from __future__ import annotations

from django.db.models import QuerySet

from orders.models import Order


def lock_order(which: QuerySet[Order]) -> Order:
    """Lock one order inside the open transaction, always before its payment, attempts and stock.

    SQLite has no row locks: there the transaction itself is the lock (IMMEDIATE).
    """
    return which.select_for_update(of=("self",), no_key=True).get()
