"""Refunds that failed: the money left their books and came back, and ours have neither."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from django.db.models import Count, OuterRef, Q, Subquery, Sum

from payments.models import Operation, ProviderObject, SettlementLine
from payments.models.settlement import FileState
from payments.providers.reports import LineKind
from payments.reconciliation.days import Side, end
from payments.states import OperationStatus


class Away(NamedTuple):
    """How much more they have than we, which is below zero, over so many refunds."""

    amount: int
    operations: int


def away_at(side: Side, day: date) -> Away:
    """What had left by the end of a day, and came back after it: one statement."""
    moment = end(day, side.zone)
    ids = ProviderObject.objects.filter(operation=OuterRef(OuterRef("pk"))).values("object_id")
    lines = SettlementLine.objects.filter(
        Q(our_ref=OuterRef("our_ref")) | Q(provider_ref__in=ids),
        file__account=side.account,
        file__state=FileState.LOADED,
        currency=side.currency,
        stray="",
    )
    left = lines.filter(kind=LineKind.REFUND, settled_at__lt=moment)
    back = lines.filter(kind=LineKind.REFUND_REVERSED, settled_at__gte=moment)
    failed = Operation.objects.filter(attempt__account=side.account, status=OperationStatus.FAILED)
    both = failed.annotate(left=Subquery(left.values("gross")[:1])).filter(
        left=-Subquery(back.values("gross")[:1])
    )
    sums = both.aggregate(amount=Sum("left", default=0), operations=Count("pk"))
    return Away(int(sums["amount"]), sums["operations"])
