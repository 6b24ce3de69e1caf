"""What an order does when its money has arrived."""

from __future__ import annotations

from functools import partial

from django.db import transaction

from orders.emails import queue_mail
from orders.models import Order
from orders.signals import order_paid
from orders.states import OrderState


def mark_paid(order: Order, *, actor: str) -> bool:
    """Confirm a locked order whose money is complete. A second call changes nothing.

    Returns False where the order no longer takes money: it was cancelled or has expired.
    """
    if order.state in {OrderState.CONFIRMED, OrderState.COMPLETED}:
        return True
    if order.state != OrderState.OPEN:
        return False
    order.move_to(OrderState.CONFIRMED, actor=actor, reason="paid")
    queue_mail(order=order, kind="confirmation", subject_ref=order.number)
    transaction.on_commit(partial(order_paid.send_robust, Order, order=order))
    return True
