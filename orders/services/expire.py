"""What an order does when no money came in time, and when it comes after all."""

from __future__ import annotations

from django.db import transaction

from orders.emails import queue_mail
from orders.errors import OutOfStock
from orders.models import Order
from orders.services.cancellation import fulfil_wish, is_given_up
from orders.services.pieces_back import held_goods
from orders.services.stock import configured_stock
from orders.states import OrderState


def expire_order(order: Order, *, actor: str) -> bool:
    """Close a locked open order and give its goods back. A second call changes nothing.

    A shopper's wish to cancel is fulfilled by it.
    """
    if order.state != OrderState.OPEN:
        return False
    order.move_to(OrderState.EXPIRED, actor=actor, reason="unpaid")
    fulfil_wish(order)
    queue_mail(order=order, kind="expired", subject_ref=order.stock_ref)
    configured_stock().give_back(ref=order.stock_ref, lines=held_goods(order))
    return True


def revive_order(order: Order) -> bool:
    """Open a locked expired order again, with its goods.

    False where they are sold by now, or where the shopper had asked to cancel it.
    """
    if is_given_up(order):
        return False
    order.holds += 1
    try:
        with transaction.atomic():
            configured_stock().take(ref=order.stock_ref, lines=held_goods(order))
    except OutOfStock:
        order.holds -= 1
        return False
    order.save(update_fields=["holds"])
    order.move_to(OrderState.OPEN, actor="payment", reason="late money")
    return True
