"""What pages and services ask about the goods of an order."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import F, QuerySet

from orders.conf import order_settings
from orders.models import DispatchLine, Order, OrderLine, ReturnLine


def return_until(dispatched_at: Iterable[datetime]) -> datetime | None:
    """The last moment to ask for a return, counted from the last parcel; None where none left."""
    last = max(dispatched_at, default=None)
    return last + timedelta(days=order_settings().return_days) if last else None


def has_left(order: Order) -> bool:
    """Whether anything of it was dispatched."""
    return order.lines.filter(dispatched__gt=0).exists()


def unsent_lines(order: Order, count: int = 1) -> QuerySet[OrderLine]:
    """Lines of which so many pieces are neither sent nor on the shelf again."""
    return order.lines.filter(quantity__gte=F("dispatched") + F("restocked") + count)


def goods(lines: Iterable[DispatchLine | ReturnLine]) -> str:
    """Such as "2 x Teapot", a line each, for mails."""
    return "\n".join(str(line) for line in lines)
