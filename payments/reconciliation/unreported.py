"""What was booked on days that no report covers, and that no other report has either."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.db.models.functions import Coalesce

from orders.clock import now
from payments.models import SettlementLine
from payments.models.settlement import FileState
from payments.reconciliation.balances import reports
from payments.reconciliation.days import DAY, Side, begin, end
from payments.reconciliation.keys import OURS
from payments.reconciliation.moved import posted


class Unreported(NamedTuple):
    """By how much we have more, over so many operations."""

    amount: int
    operations: int


def unreported_at(side: Side, day: date) -> Unreported:
    """All of it up to a day, but for what may be in a report still: two statements at most."""
    uncovered = Q()
    for first, last in holes(_covered(side, day)):
        uncovered |= Q(entry__at__gte=begin(first, side.zone), entry__at__lt=end(last, side.zone))
    if not uncovered:
        return Unreported(0, 0)
    late_from = now() - timedelta(days=side.account.settlement_days)
    line = SettlementLine.objects.filter(
        our_ref=OuterRef("ref"),
        currency=side.currency,
        file__account=side.account,
        file__state=FileState.LOADED,
    )
    found = (
        posted(side)
        .filter(uncovered, entry__kind__in=OURS, entry__at__lt=late_from)
        .annotate(ref=Coalesce("entry__operation__our_ref", "entry__attempt__our_ref"))
        .filter(~Exists(line))
        .aggregate(sum=Sum("amount"), count=Count("pk"))
    )
    return Unreported(int(found["sum"] or 0), found["count"])


def _covered(side: Side, day: date) -> list[tuple[date, date]]:
    told = reports(side).filter(first_day__lte=day, last_day__isnull=False)
    return [
        (first, last)
        for first, last in told.order_by("first_day").values_list("first_day", "last_day")
        if first and last
    ]


def holes(covered: list[tuple[date, date]]) -> Iterator[tuple[date, date]]:
    """The days between those that are covered, as first and last of each stretch."""
    until: date | None = None
    for first, last in covered:
        if until and first > until + DAY:
            yield until + DAY, first - DAY
        until = max(until or last, last)
