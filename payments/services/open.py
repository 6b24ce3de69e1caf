"""Opening what an order owes, and each try to pay it."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F

from orders.clock import now
from orders.models import Order
from orders.services.lock import lock_order
from orders.services.settle import mark_paid
from orders.states import OrderState
from payments.conf import payment_settings
from payments.errors import NotPayable
from payments.models import Attempt, Payment
from payments.registry import PaymentOption
from payments.states import IN_FLIGHT, PaymentStatus

PAYABLE = frozenset({PaymentStatus.OPEN, PaymentStatus.FAILED})


def open_payment(order: Order) -> Payment:
    """Note what a new order owes, in the transaction that places it; nothing is paid at once."""
    payment = Payment(order=order, amount=order.total_amount, currency=order.currency)
    if payment.amount == 0:
        payment.status = PaymentStatus.PAID
        mark_paid(order, actor="checkout")
    payment.save(force_insert=True)
    return payment


def open_attempt(payment: Payment, option: PaymentOption) -> Attempt:
    """Write an attempt over the whole amount and reserve it; the caller holds the order's lock.

    Raises NotPayable where another attempt has the amount, so that nobody is charged twice.
    """
    attempt = Attempt(
        payment=payment,
        account_id=option.account_id,
        method=option.method,
        amount=payment.amount,
        reserved=payment.amount,
        next_poll_at=now() + payment_settings().lease,
    )
    free = F("captured") - F("refunded") + F("refund_reversed") + F("reserved") + attempt.amount
    reserved = (
        Payment.objects.alias(taken=free)
        .filter(pk=payment.pk, taken__lte=F("amount"))
        .update(reserved=F("reserved") + attempt.amount, status=PaymentStatus.PROCESSING)
    )
    if not reserved:
        raise NotPayable(f"payment of order {payment.order_id} has no amount left to try")
    attempt.save(force_insert=True)
    return attempt


def try_again(*, payment_id: int, option: PaymentOption) -> Attempt:
    """A new attempt for a payment that still asks for money; the one in flight where there is one.

    A second call while an attempt is in flight changes nothing. Raises NotPayable.
    """
    with transaction.atomic(durable=True):
        order = lock_order(Payment.objects.values_list("order_id", flat=True).get(pk=payment_id))
        payment = Payment.objects.get(pk=payment_id)
        flying: Attempt | None = payment.attempts.filter(status__in=IN_FLIGHT).order_by("pk").last()
        if flying:
            return flying
        if order.state != OrderState.OPEN or payment.status not in PAYABLE:
            raise NotPayable(f"order {order.number} asks for no money")
        return open_attempt(payment, option)
