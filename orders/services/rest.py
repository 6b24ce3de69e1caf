"""Asking a shopper who has paid a part for what is missing."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from orders.clock import now
from orders.emails import queue_mail
from orders.models import Order
from orders.states import OrderState

KEPT_FOR_REST: Final = timedelta(days=7)
"""How long an order waits for the rest of its money."""


def ask_for_rest(order: Order, *, amount: int, actor: str, subject_ref: str) -> None:
    """Open a locked order for `amount` more and mail its link. A second call mails nothing.

    `subject_ref` is what the mail is about, so that it goes once.
    """
    order.expires_at, order.extended = now() + KEPT_FOR_REST, False
    again = ["expires_at", "extended"]
    if order.state == OrderState.CONFIRMED:
        order.move_to(OrderState.OPEN, actor=actor, reason="rest asked", with_=again)
    else:
        order.save(update_fields=again)
    queue_mail(order=order, kind="rest_asked", subject_ref=subject_ref, context={"amount": amount})
