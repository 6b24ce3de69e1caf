"""What an order does when people cancel it, and when the money reserved for it is gone."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.utils.translation import gettext as _

from orders.clock import now
from orders.emails import MailContext, queue_mail
from orders.errors import CancellationRefused
from orders.models import Order
from orders.queries import has_left
from orders.services.cancellation import fulfil_wish
from orders.services.pieces_back import held_goods
from orders.services.stock import configured_stock
from orders.states import OrderState

KEPT_OPEN: Final = timedelta(days=1)
"""How long an order whose hold has lapsed keeps its goods for another payment."""


def cancel_order(order: Order, *, actor: str, reason: str) -> bool:
    """Close a locked order for good and give its goods back. A second call changes nothing.

    A shopper's wish to cancel is fulfilled by it. False where it is cancelled already; raises
    IllegalTransition where it has expired or is done, CancellationRefused where goods have left.
    """
    if order.state == OrderState.CANCELLED:
        return False
    check_nothing_sent(order)
    order.move_to(OrderState.CANCELLED, actor=actor, reason=reason)
    fulfil_wish(order, actor=actor)
    queue_mail(order=order, kind="cancelled", subject_ref=order.number)
    configured_stock().give_back(ref=order.stock_ref, lines=held_goods(order))
    return True


def check_nothing_sent(order: Order) -> None:
    """Raises CancellationRefused, with a sentence for staff, where goods have left."""
    if has_left(order):
        refused = _("a part of this order was dispatched: refund what is not sent, or take it back")
        raise CancellationRefused(refused)


def reopen_order(order: Order, *, subject_ref: str) -> bool:
    """Ask anew for the money of a locked confirmed order. A second call changes nothing.

    `subject_ref` is what the mail is about, so that it goes once.
    """
    if order.state != OrderState.CONFIRMED:
        return False
    order.move_to(OrderState.OPEN, actor="payment", reason="hold lapsed")
    ask_again(order, subject_ref=subject_ref)
    return True


def ask_again(order: Order, *, subject_ref: str) -> None:
    """Keep the goods of a locked open order for another payment, and ask for that by mail."""
    order.expires_at, order.extended = now() + KEPT_OPEN, False
    order.save(update_fields=["expires_at", "extended"])
    sent: MailContext = {"sent": 1} if has_left(order) else {}
    queue_mail(order=order, kind="hold_lapsed", subject_ref=subject_ref, context=sent)
