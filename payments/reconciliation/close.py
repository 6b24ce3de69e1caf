"""Write down how each account stood at the end of each day, and anew where that has changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Max, Min, QuerySet

from orders.clock import now
from payments.books import PROVIDER, named
from payments.models import DayBalance, Entry, Posting, ProviderAccount, SettlementTotal
from payments.models.settlement import FileState
from payments.reconciliation.balances import EARLY, first_report, reports, stretch, written
from payments.reconciliation.days import DAY, Side, day_of, days, end, zone_of
from payments.reconciliation.moved import posted, their_totals
from payments.reconciliation.proof import Proof, prove, proven

TASK: Final = "payments.close_days"
REST: Final = timedelta(hours=1)
"""A day is written down once it has been over for so long."""
BATCH: Final = 31
"""So many days are worked out at once."""
AGAIN: Final = timedelta(days=35)
"""What was left unexplained is looked at again for so long: the explanation may come later."""

WRITTEN: Final = (
    *("ours", "theirs", "unexplained", "denied"),
    *("files", "last_entry", "written_at"),
)


def close_days() -> int:
    """Write down every day that ended; returns how many. A second call writes none."""
    closed = 0
    for account in ProviderAccount.objects.order_by("pk"):
        last = day_of(now() - REST, zone_of(account)) - DAY
        for side in sides(account):
            closed += _close(side, last)
            _explain_again(side, last)
    return closed


def sides(account: ProviderAccount) -> list[Side]:
    """Every currency that the account has held."""
    known = DayBalance.objects.filter(account=account)
    seen = set(known.values_list("currency", flat=True).distinct())
    mark = known.aggregate(last=Max("last_entry"))["last"] or 0
    name = named(PROVIDER, account.code)
    booked = Posting.objects.filter(account=name, entry__gt=mark).order_by()
    seen |= set(booked.values_list("currency", flat=True).distinct())
    totals = SettlementTotal.objects.filter(file__account=account, file__state=FileState.LOADED)
    for currency, settled in totals.values_list("currency", "settled_currency").distinct():
        seen |= {currency, settled or currency}
    return [Side(account, currency) for currency in sorted(seen)]


def _close(side: Side, last: date) -> int:
    """Write down what is not, or not as it is now, a batch of days at a time."""
    first = _first_open(side)
    if first is None or first > last:
        return 0
    _write_from(side, first, last)
    return (last - first).days + 1


def _write_from(side: Side, first: date, last: date) -> None:
    """A batch of days at a time, so that each begins with what is written of the one before."""
    for begin in days(first, last):
        if (begin - first).days % BATCH == 0:
            _write(side, begin, min(last, begin + DAY * (BATCH - 1)))


def _write(side: Side, first: date, until: date) -> None:
    """In place of all that was written of these days and of later ones."""
    with transaction.atomic():
        of(side).filter(day__gte=first).delete()
        DayBalance.objects.bulk_create(
            _rows(side, first, until),
            update_conflicts=True,
            unique_fields=["account", "currency", "day"],
            update_fields=WRITTEN,
        )


def of(side: Side) -> QuerySet[DayBalance]:
    return DayBalance.objects.filter(account=side.account, currency=side.currency)


def _first_open(side: Side) -> date | None:
    """The first day that is to be written; None where nothing ever moved."""
    known = of(side).aggregate(last=Max("day"), mark=Max("last_entry"))
    if known["last"] is None:
        return _first_day(side)
    stale = of(side).exclude(pk__in=written(side).values("pk")).aggregate(first=Min("day"))
    new = posted(side).filter(entry__gt=known["mark"], entry__at__lt=end(known["last"], side.zone))
    late = new.aggregate(first=Min("entry__at"))["first"]
    found = (known["last"] + DAY, stale["first"], late and day_of(late, side.zone))
    return min(day for day in found if day)


def _first_day(side: Side) -> date | None:
    booked = posted(side).aggregate(first=Min("entry__at"))["first"]
    told = their_totals(side).aggregate(first=Min("day"))["first"]
    found = [day for day in (booked and day_of(booked, side.zone), told) if day]
    return min(found, default=None)


def _rows(side: Side, first: date, until: date) -> Iterator[DayBalance]:
    moment = now()
    mark = Entry.objects.aggregate(last=Max("pk"))["last"] or 0
    # First: a report that comes in meanwhile is one of those that the row does not know.
    begun = list(reports(side).order_by().values_list("first_day", flat=True))
    moved = stretch(side, until, first_report(side), first_of=first)
    for day in days(first, until):
        proof = proven(moved, day)
        yield DayBalance(
            account=side.account,
            currency=side.currency,
            day=day,
            ours=proof.closing.ours,
            theirs=proof.closing.theirs,
            unexplained=_left(proof),
            denied=proof.stated.denied,
            files=sum(1 for each in begun if each and each - EARLY <= day),
            last_entry=mark,
            written_at=moment,
        )
        moved = replace(moved, denied=proof.stated.denied)


def _left(proof: Proof) -> int | None:
    """What nothing explains; a report that contradicts itself is as much off as it says."""
    if not proof.reports:
        return None
    if proof.contradicted and not proof.unexplained:
        return proof.stated.denied or proof.stated.jump
    return proof.unexplained


def _explain_again(side: Side, last: date) -> None:
    """Look once more at what was left unexplained of late; what follows from it follows anew."""
    left = of(side).filter(day__gt=last - AGAIN, unexplained__isnull=False).exclude(unexplained=0)
    for row in left.order_by("day"):
        if _left(prove(side, row.day)) != row.unexplained:
            _write_from(side, row.day, last)
            return
