"""The locks of everything about an order's money, always in the same order."""

from __future__ import annotations

from django.db.models import QuerySet

from orders.models import Order
from payments.models import Attempt, Payment


def lock_payment(which: QuerySet[Order]) -> tuple[Payment, list[Attempt]]:
    """Lock one order, its payment and all its attempts, oldest first, in the open transaction."""
    # One statement locks both, the order first: PostgreSQL takes them as they are named.
    joined = which.filter(payment__isnull=False).select_related("payment")
    order = joined.select_for_update(of=("self", "payment"), no_key=True).get()
    payment: Payment = order.payment
    attempts = Attempt.objects.select_for_update(of=("self",), no_key=True)
    locked = list(attempts.filter(payment=payment).select_related("account").order_by("pk"))
    for attempt in locked:
        attempt.payment = payment
    return payment, locked


def lock_attempt(attempt_id: int) -> tuple[Attempt, list[Attempt]]:
    """The same for the order of an attempt: that attempt, and all of its payment."""
    _payment, attempts = lock_payment(Order.objects.filter(payment__attempts=attempt_id))
    return next(each for each in attempts if each.pk == attempt_id), attempts
