"""Refunds: requested by people in a transaction, submitted by workers outside of any."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from orders.formats import format_money
from orders.models import Order
from orders.money import Money
from orders.services.lock import lock_order
from orders.wake import wake
from payments.errors import RefundRefused
from payments.models import Attempt, Operation, Payment
from payments.models.operation import SUBMIT_TASK


def request_refund(
    *, payment_id: int, amount: Money, reason: str, request_key: str, requested_by: int | None
) -> tuple[Operation, bool]:
    """Ask for `amount` back; returns the refund and whether this call made it.

    `request_key` is the intent: a second call with it changes nothing and returns the first
    refund. Raises RefundRefused with a sentence for staff. A worker sends it after the commit.
    """
    with transaction.atomic():
        lock_order(Order.objects.filter(payment=payment_id))
        if known := Operation.objects.filter(request_key=request_key).first():
            return _same_intent(known, payment_id, amount), False
        payment = Payment.objects.get(pk=payment_id)
        _check(payment, amount)
        operation = Operation.objects.create(
            attempt=_reserve(payment, amount),
            request_key=request_key,
            amount=amount.amount,
            reason=reason,
            requested_by_id=requested_by,
        )
        wake(SUBMIT_TASK)
    return operation, True


def _same_intent(known: Operation, payment_id: int, amount: Money) -> Operation:
    if known.attempt.payment_id != payment_id or known.money != amount:
        raise RefundRefused(_("this request was already used for another refund"))
    return known


def _check(payment: Payment, amount: Money) -> None:
    if amount.currency != payment.currency:
        named = {"paid": payment.currency, "asked": amount.currency}
        raise RefundRefused(_("this order was paid in %(paid)s, not %(asked)s") % named)
    if amount.amount <= 0:
        raise RefundRefused(_("a refund is more than zero"))
    if payment.captured == 0:
        raise RefundRefused(_("nothing has been paid on this order yet"))
    if amount > payment.refundable:
        most = {"amount": format_money(payment.refundable)}
        raise RefundRefused(_("at most %(amount)s can still be refunded") % most)


def _reserve(payment: Payment, amount: Money) -> Attempt:
    attempt: Attempt
    for attempt in payment.attempts.filter(captured__gt=0).order_by("pk"):
        if set_aside(attempt, amount.amount):
            return attempt
    raise RefundRefused(_("no single payment of this order can give back so much: refund in parts"))


def set_aside(attempt: Attempt, amount: int) -> bool:
    """Keep so much for a refund by conditional UPDATE; False where it is not there any more.

    The order is locked; raises RefundRefused where the payment as a whole has no room for it.
    """
    returned = F("refunded") - F("refund_reversed") + F("returned_elsewhere")
    room = F("captured") - returned - F("refund_pending") - F("disputed")
    aside = {"refund_pending": F("refund_pending") + amount}
    attempts = Attempt.objects.alias(room=room).filter(pk=attempt.pk, room__gte=amount)
    if not attempts.update(**aside):
        return False
    payments = Payment.objects.alias(room=room).filter(pk=attempt.payment_id, room__gte=amount)
    if not payments.update(**aside):
        raise RefundRefused(_("so much can no longer be refunded"))
    return True
