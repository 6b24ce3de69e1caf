"""What an order does when its money has arrived, or is promised."""

from __future__ import annotations

from functools import partial

from django.db import transaction

from orders.clock import now
from orders.emails import MailContext, queue_mail
from orders.models import Order, StateChange
from orders.services.dispatch import complete_if_sent
from orders.signals import order_paid
from orders.states import OrderState


def mark_paid(order: Order, *, actor: str, owed: int | None = None) -> bool:
    """Confirm a locked order whose money is complete. A second call changes nothing.

    `owed`: what is owed, in minor units, where that is less than its total: the mail says so.
    Returns False where the order no longer takes money: it was cancelled or has expired.
    """
    if order.state not in {OrderState.OPEN, OrderState.CONFIRMED, OrderState.COMPLETED}:
        return False
    first, order.paid_at = order.paid_at is None, order.paid_at or now()
    if order.state == OrderState.OPEN:
        step = order.move_to(OrderState.CONFIRMED, actor=actor, reason="paid", with_=["paid_at"])
        _confirm(order, step, _let_go(order, owed))
    elif first:
        order.save(update_fields=["paid_at"])
        complete_if_sent(order, actor=actor)
    if first:
        transaction.on_commit(partial(order_paid.send_robust, Order, order=order))
    return True


def mark_held(order: Order, *, actor: str, owed: int | None = None) -> bool:
    """Confirm a locked order for which a bank holds the money. A second call changes nothing.

    `owed` as above.
    """
    if order.state != OrderState.OPEN:
        return False
    step = order.move_to(OrderState.CONFIRMED, actor=actor, reason="held")
    _confirm(order, step, {"held": 1, **_let_go(order, owed)})
    return True


def _let_go(order: Order, owed: int | None) -> MailContext:
    """What the mail says of an order for which less is enough."""
    return {} if owed is None or owed == order.total_amount else {"amount": owed}


def _confirm(order: Order, step: StateChange, context: MailContext) -> None:
    """Mail what was confirmed; an order that was opened again is confirmed again."""
    subject = f"{order.number}:{step.pk}"
    queue_mail(order=order, kind="confirmation", subject_ref=subject, context=context)
