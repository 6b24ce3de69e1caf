"""Questions about payments that more than one page asks."""

from __future__ import annotations

from typing import Final

from django.db.models import QuerySet

from orders.money import Money
from payments.models import Operation, Payment
from payments.states import OperationKind, PaymentStatus

MAY_HOLD: Final = frozenset({PaymentStatus.AUTHORIZED, PaymentStatus.PARTIALLY_PAID})
"""Where a bank may hold money for a payment."""


def refunds_of(payment: Payment) -> QuerySet[Operation]:
    """Every refund of a payment, oldest first, each with its attempt and payment."""
    refunds = Operation.objects.filter(attempt__payment=payment, kind=OperationKind.REFUND)
    return refunds.select_related("attempt__payment").order_by("pk")


def held_for(payment: Payment) -> Money:
    """What banks hold for a payment: nothing is asked where there can be none."""
    attempts = payment.attempts.filter(hold=True) if payment.status in MAY_HOLD else ()
    return payment.money(sum(attempt.held for attempt in attempts))
