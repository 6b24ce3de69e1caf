"""Opening what an order owes, and each try to pay it."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest

from orders.clock import now
from orders.models import Order
from orders.services.settle import mark_paid
from orders.states import OrderState
from payments.conf import payment_settings
from payments.errors import NotPayable
from payments.models import Attempt, Payment
from payments.registry import PaymentOption
from payments.services.lock import lock_payment
from payments.states import PaymentStatus

LAST_CALL: Final = timedelta(minutes=15)
"""What an order is kept longer for a payment that has begun."""

TIME_TO_CLOSE: Final = timedelta(seconds=5)
"""How long a shopper waits for an earlier attempt to be closed."""


def open_payment(order: Order, option: PaymentOption | None = None) -> Attempt | None:
    """Note what a new order owes, and the first attempt where its way to pay is chosen.

    In the transaction that places the order; what costs nothing is paid at once.
    """
    payment = Payment(order=order, amount=order.total_amount, currency=order.currency)
    if payment.amount == 0:
        payment.status = PaymentStatus.PAID
        mark_paid(order, actor="checkout")
    elif option:
        payment.status, payment.reserved = PaymentStatus.PROCESSING, payment.amount
    payment.save(force_insert=True)
    return _write_attempt(payment, option) if option and payment.amount else None


def open_attempt(payment: Payment, option: PaymentOption) -> Attempt:
    """Write an attempt over all that is asked for and reserve it; the order's lock is held.

    Raises NotPayable where another attempt has the amount, so that nobody is charged twice.
    """
    # A refund of surplus makes no room: only what went back beyond it does.
    back = F("refunded") - F("refund_reversed") + F("returned_elsewhere") - F("surplus")
    kept = F("captured") - F("surplus") - Greatest(0, back)
    asked = payment.rest.amount
    free = Payment.objects.alias(taken=kept + F("reserved") + asked)
    if not free.filter(pk=payment.pk, taken__lte=F("amount")).update(
        reserved=F("reserved") + asked, status=PaymentStatus.PROCESSING
    ):
        raise NotPayable(f"payment of order {payment.order_id} has no amount left to try")
    return _write_attempt(payment, option)


def _write_attempt(payment: Payment, option: PaymentOption) -> Attempt:
    attempt = Attempt(
        payment=payment,
        account_id=option.account_id,
        method=option.method,
        amount=payment.rest.amount,
        reserved=payment.rest.amount,
        saved_method=option.saved,
        save_method=option.save,
        hold=option.hold,
        embedded=option.embedded,
        next_poll_at=now() + payment_settings().lease,
    )
    attempt.save(force_insert=True)
    _keep_order(payment.order, option.method)
    return attempt


def _keep_order(order: Order, method: str) -> None:
    """Give who begins to pay a quarter of an hour, once however often they begin.

    A way to pay that takes days has its own time, counted from when the order was placed.
    """
    if order.expires_at is None:
        return
    kept, own = order.expires_at, order.placed_at + payment_settings().open_for(method)
    order.expires_at = max(kept, own)
    if order.expires_at < now() + LAST_CALL and not order.extended:
        order.expires_at, order.extended = now() + LAST_CALL, True
    if order.expires_at != kept:
        order.save(update_fields=["expires_at", "extended"])


def try_again(*, payment_id: int, option: PaymentOption) -> tuple[Attempt, bool]:
    """The attempt in flight, or a new one where money is still asked for; and whether it is new.

    An attempt that we asked the provider to close and that has not ended five seconds later is
    left behind: what still comes from it, and from any earlier one, is surplus from now on.
    A second call while an attempt is in flight changes nothing. Raises NotPayable.
    """
    with transaction.atomic(durable=True):
        payment, attempts = lock_payment(Order.objects.filter(payment=payment_id))
        order = payment.order
        tried = [each for each in attempts if each.superseded_at is None and not each.accepted]
        if order.state != OrderState.OPEN or any(holds_money(attempt) for attempt in tried):
            raise NotPayable(f"order {order.number} asks for no money")
        flying = [attempt for attempt in tried if attempt.in_flight]
        if flying and not may_leave(flying[-1]):
            return flying[-1], False
        _leave_behind(payment, tried)
        return open_attempt(payment, option), True


def holds_money(attempt: Attempt) -> bool:
    """Whether an attempt has money of the shopper's now: captured and kept, or on hold."""
    if attempt.captured:
        return attempt.captured > attempt.net_refunded
    return attempt.authorized > attempt.released


def may_leave(attempt: Attempt) -> bool:
    """Whether the provider had its five seconds to close the attempt."""
    return attempt.closing_at is not None and attempt.closing_at <= now() - TIME_TO_CLOSE


def _leave_behind(payment: Payment, tried: list[Attempt]) -> None:
    """The shopper moves on from these; they stay polled, but reserve nothing."""
    if not tried:
        return
    freed = sum(attempt.reserved for attempt in tried)
    Attempt.objects.filter(pk__in=[attempt.pk for attempt in tried]).update(
        superseded_at=now(), reserved=0
    )
    Payment.objects.filter(pk=payment.pk).update(reserved=F("reserved") - freed)
