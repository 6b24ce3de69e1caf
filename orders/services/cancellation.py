"""A shopper's wish to cancel before anything is sent; cancelling itself is another act."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from orders.clock import now
from orders.emails import queue_mail
from orders.errors import CancellationRefused
from orders.models import CancellationRequest, Order
from orders.services.lock import lock_order
from orders.states import CANCELLATION_NEXT, CancellationState, OrderState


def ask_to_cancel(*, order_id: int, note: str) -> bool:
    """Note the wish and mail that it came; whether this call did. A second call changes nothing.

    Raises CancellationRefused with a sentence for the shopper.
    """
    with transaction.atomic():
        order = lock_order(Order.objects.filter(pk=order_id))
        wish = CancellationRequest.objects.filter(order=order).first()
        if wish and wish.state == CancellationState.REJECTED:
            raise CancellationRefused(_("We have answered this already; see your order."))
        if wish:
            return False
        check_can_ask(order)
        CancellationRequest.objects.create(order=order, note=note)
        queue_mail(order=order, kind="cancellation_requested", subject_ref=order.number)
    return True


def reject_cancellation(*, order_id: int, answer: str, actor: str) -> bool:
    """Tell the shopper why the order is sent all the same. A second call changes nothing.

    False where it was rejected before; raises CancellationRefused where the order is cancelled.
    """
    with transaction.atomic():
        order = lock_order(Order.objects.filter(pk=order_id))
        return close_wish(order, CancellationState.REJECTED, actor=actor, answer=answer)


def open_wish(order: Order) -> CancellationRequest | None:
    """The wish to cancel of a locked order that nobody has decided yet."""
    wishes = CancellationRequest.objects.filter(order=order, state=CancellationState.REQUESTED)
    return wishes.first()


def fulfil_wish(order: Order, *, actor: str = "") -> None:
    """Nothing more of a locked order is sent: what its shopper wished, if they did, has come true.

    No mail: that the order ended says enough.
    """
    if open_wish(order):
        close_wish(order, CancellationState.APPROVED, actor=actor, answer="")


def is_given_up(order: Order) -> bool:
    """Whether its shopper wished that nothing be sent, and nothing is."""
    wishes = CancellationRequest.objects.filter(order=order, state=CancellationState.APPROVED)
    return wishes.exists()


def close_wish(order: Order, to: CancellationState, *, actor: str, answer: str) -> bool:
    """Decide the wish of a locked order, if there is one. A second call changes nothing.

    Raises CancellationRefused where it was decided otherwise.
    """
    before = [state for state, nexts in CANCELLATION_NEXT.items() if to in nexts]
    wishes = CancellationRequest.objects.filter(order=order)
    decided = {"state": to, "answer": answer, "decided_at": now(), "decided_by": actor}
    if wishes.filter(state__in=before).update(**decided):
        if to == CancellationState.REJECTED:
            queue_mail(
                order=order,
                kind="cancellation_rejected",
                subject_ref=order.number,
                context={"answer": answer},
            )
        return True
    if wishes.exclude(state=to).exists():
        raise CancellationRefused(_("this wish was decided otherwise meanwhile"))
    return False


def check_can_ask(order: Order) -> None:
    """Raises CancellationRefused, with a sentence for the shopper, where nothing can be stopped."""
    if order.state == OrderState.OPEN:
        raise CancellationRefused(
            _("This order is not paid yet. It ends by itself if you do not pay.")
        )
    if order.state == OrderState.COMPLETED or order.lines.filter(dispatched__gt=0).exists():
        raise CancellationRefused(_("Your order has been sent. You can send it back instead."))
    if order.state != OrderState.CONFIRMED:
        raise CancellationRefused(_("This order is closed: nothing will be sent."))
