"""How each day of a month stands, and each account now; from what was written down, mostly."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from django.db.models import Max, OuterRef, Subquery

from orders.clock import now
from orders.money import Money
from payments.admin.proof.words import SIGNS, Sign
from payments.models import DayBalance, ProviderAccount, SettlementTotal
from payments.models.settlement import FileState
from payments.reconciliation.balances import (
    Held,
    Stretch,
    first_report,
    reports_of,
    stretch,
    written,
)
from payments.reconciliation.days import Side, day_of, days
from payments.reconciliation.proof import Mark


@dataclass(frozen=True, slots=True)
class Line:
    """A day; `theirs` is None where no report says what they hold."""

    day: date
    sign: Sign
    ours: Money
    theirs: Money | None

    @property
    def gap(self) -> Money | None:
        return self.theirs - self.ours if self.theirs else None


@dataclass(frozen=True, slots=True)
class Standing:
    """An account in one currency and how its last day with a report stood; None: none yet.

    `reported`: the last day of a report where no day was written down yet.
    """

    side: Side
    last: Line | None
    reported: date | None = None


def month_lines(side: Side, month: date) -> list[Line]:
    """Every day of a month up to today, the newest first: eight statements at most."""
    last = month.replace(day=monthrange(month.year, month.month)[1])
    last = min(last, day_of(now(), side.zone))
    if last < month:
        return []
    known = {row.day: row for row in written(side).filter(day__gte=month, day__lte=last)}
    covered = {
        day
        for report in reports_of(side, month, last)
        if report.first_day and report.last_day
        for day in days(max(report.first_day, month), min(report.last_day, last))
    }
    unknown = next((day for day in days(month, last) if day not in known), last)
    moved = stretch(side, last, first_report(side), first_of=unknown)
    return [
        _line(side, day, _stood(known.get(day), moved, day=day, reported=day in covered))
        for day in reversed(list(days(month, last)))
    ]


@dataclass(frozen=True, slots=True)
class Stood:
    held: Held
    mark: Mark


def _stood(row: DayBalance | None, moved: Stretch, *, day: date, reported: bool) -> Stood:
    """As it was written down; else by what moved since, and then nobody has looked why."""
    held = Held(row.ours, row.theirs) if row else moved.closing(day)
    if not reported:
        return Stood(held, Mark.NO_REPORT)
    if row and row.unexplained:
        return Stood(held, Mark.UNEXPLAINED)
    if held.ours == held.theirs:
        return Stood(held, Mark.AGREES)
    return Stood(held, Mark.EXPLAINED if row else Mark.UNPROVEN)


def _line(side: Side, day: date, stood: Stood) -> Line:
    theirs = None if stood.mark == Mark.NO_REPORT else Money(stood.held.theirs, side.currency)
    return Line(day, SIGNS[stood.mark], Money(stood.held.ours, side.currency), theirs)


def standings() -> list[Standing]:
    """Every account by currency, as of its last day that had a report: three statements."""
    same = DayBalance.objects.filter(account=OuterRef("account"), currency=OuterRef("currency"))
    proven = same.exclude(unexplained=None).order_by("-day")
    newest = same.order_by("-day").values("pk")[:1]
    rows = DayBalance.objects.filter(pk=Subquery(newest)).select_related("account")
    rows = rows.annotate(proven=Subquery(proven.values("pk")[:1]))
    rows = rows.order_by("account__code", "currency")
    found = DayBalance.objects.in_bulk([row.proven for row in rows if row.proven])
    written = [_standing(Side(row.account, row.currency), found.get(row.proven)) for row in rows]
    known = {(each.side.account.pk, each.side.currency) for each in written}
    return [*written, *(each for each in _reported() if _place(each) not in known)]


def _place(standing: Standing) -> tuple[int, str]:
    return standing.side.account.pk, standing.side.currency


def _reported() -> list[Standing]:
    """What reports tell of, with the last of their days."""
    loaded = SettlementTotal.objects.filter(file__state=FileState.LOADED)
    last = loaded.values("file__account", "currency").annotate(last=Max("file__last_day"))
    days = {(row["file__account"], row["currency"]): row["last"] for row in last.order_by()}
    accounts = ProviderAccount.objects.in_bulk([account for account, _ in days])
    found = sorted(days.items(), key=lambda each: (accounts[each[0][0]].code, each[0][1]))
    return [Standing(Side(accounts[pk], currency), None, day) for (pk, currency), day in found]


def _standing(side: Side, row: DayBalance | None) -> Standing:
    if row is None:
        return Standing(side, None)
    nothing = Stretch(side, None, Held(), {}, {})
    return Standing(side, _line(side, row.day, _stood(row, nothing, day=row.day, reported=True)))
