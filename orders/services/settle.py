"""What an order does when its money has arrived, or is promised."""

from __future__ import annotations

from functools import partial

from django.db import transaction

from orders.clock import now
from orders.emails import queue_mail
from orders.models import Order
from orders.services.dispatch import complete_if_sent
from orders.signals import order_paid
from orders.states import OrderState


def mark_paid(order: Order, *, actor: str) -> bool:
    """Confirm a locked order whose money is complete. A second call changes nothing.

    Returns False where the order no longer takes money: it was cancelled or has expired.
    """
    if order.state not in {OrderState.OPEN, OrderState.CONFIRMED, OrderState.COMPLETED}:
        return False
    first, order.paid_at = order.paid_at is None, order.paid_at or now()
    if order.state == OrderState.OPEN:
        order.move_to(OrderState.CONFIRMED, actor=actor, reason="paid", with_=["paid_at"])
        queue_mail(order=order, kind="confirmation", subject_ref=order.number)
    elif first:
        order.save(update_fields=["paid_at"])
        complete_if_sent(order, actor=actor)
    if first:
        transaction.on_commit(partial(order_paid.send_robust, Order, order=order))
    return True


def mark_held(order: Order, *, actor: str) -> bool:
    """Confirm a locked order for which a bank holds the money. A second call changes nothing."""
    if order.state != OrderState.OPEN:
        return False
    order.move_to(OrderState.CONFIRMED, actor=actor, reason="held")
    queue_mail(order=order, kind="confirmation", subject_ref=order.number, context={"held": 1})
    return True
