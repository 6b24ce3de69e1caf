"""Questions about payments that more than one page asks."""

from __future__ import annotations

from django.db.models import QuerySet

from payments.models import Operation, Payment
from payments.states import OperationKind


def refunds_of(payment: Payment) -> QuerySet[Operation]:
    """Every refund of a payment, oldest first, each with its attempt and payment."""
    refunds = Operation.objects.filter(attempt__payment=payment, kind=OperationKind.REFUND)
    return refunds.select_related("attempt__payment").order_by("pk")
