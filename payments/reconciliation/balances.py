"""What both sides held at the end of a day: from the last day that was written down, and since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import (
    Count,
    DateField,
    Exists,
    ExpressionWrapper,
    F,
    Max,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
)
from django.db.models.functions import Coalesce

from payments.models import DayBalance, SettlementFile
from payments.models.settlement import FileKind, FileState
from payments.reconciliation.days import DAY, Side, end
from payments.reconciliation.moved import (
    ByDay,
    ByKind,
    our_days,
    posted,
    sum_of,
    their_days,
)
from payments.states import EntryKind

EARLY: Final = DAY
"""A report has lines that were settled so long before its first day: zones differ."""


@dataclass(frozen=True, slots=True)
class Held:
    """What each side holds, in minor units."""

    ours: int = 0
    theirs: int = 0

    def __add__(self, other: Held) -> Held:
        return Held(self.ours + other.ours, self.theirs + other.theirs)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days that follow each other: what was held before the first, and what each one moved.

    `since`: the first report of the account, None where there is none. `denied`: by how much
    reports have contradicted themselves before.
    """

    side: Side
    since: SettlementFile | None
    before: Held
    ours: ByDay
    theirs: ByDay
    denied: int = 0

    def opening(self, day: date) -> Held:
        return self.closing(day - DAY)

    def closing(self, day: date) -> Held:
        return self.before + Held(sum_of(self.ours, day), sum_of(self.theirs, day))

    def of(self, day: date) -> tuple[ByKind, ByKind]:
        return self.ours.get(day, {}), self.theirs.get(day, {})


def reports(side: Side) -> QuerySet[SettlementFile]:
    """The reports of the account that count."""
    read = SettlementFile.objects.filter(account=side.account, state=FileState.LOADED)
    return read.filter(kind=FileKind.REPORT, first_day__isnull=False)


def reports_of(side: Side, first: date, last: date) -> list[SettlementFile]:
    """Those that say something of a day between these."""
    found = reports(side).filter(first_day__lte=last, last_day__gte=first)
    return list(found.order_by("first_day", "pk"))


def first_report(side: Side) -> SettlementFile | None:
    """Where their books begin for us."""
    return reports(side).order_by("first_day", "pk").first()


def written(side: Side) -> QuerySet[DayBalance]:
    """The days that are written down and still stand: no report of theirs came or went since."""
    late = ExpressionWrapper(OuterRef("day") + EARLY, output_field=DateField())
    then = reports(side).order_by().filter(first_day__lte=late)
    counted = then.values("account").annotate(count=Count("pk")).values("count")
    newer = then.filter(ended_at__gt=OuterRef("written_at"))
    rows = DayBalance.objects.filter(account=side.account, currency=side.currency)
    rows = rows.annotate(files_now=Coalesce(Subquery(counted), 0))
    return rows.filter(~Exists(newer), files=F("files_now"))


def stretch(
    side: Side, last: date, since: SettlementFile | None, *, first_of: date | None = None
) -> Stretch:
    """The days from the last one written down to `last`: five statements.

    `since`: the first report, with whose opening balance their books begin, as a movement.
    `first_of`: the first day that is asked about, where it is not `last`.
    """
    start = written(side).filter(day__lt=first_of or last).order_by("-day").first()
    first = start.day + DAY if start else None
    before = Held(start.ours + _booked_late(side, start), start.theirs) if start else Held()
    theirs = their_days(side, first, last)
    begins = since.first_day if since else None
    if since and begins and (first or begins) <= begins <= last:
        theirs[begins] = {**theirs.get(begins, {}), EntryKind.OPENING: stated_opening(side, since)}
    ours, denied = our_days(side, first, last), start.denied if start else 0
    return Stretch(side, since, before, ours, theirs, denied=denied)


def stated_opening(side: Side, report: SettlementFile) -> int:
    """The opening balance that a report states; nothing where it states none."""
    return int(report.opening.get(side.currency, 0))


def _booked_late(side: Side, start: DayBalance) -> int:
    """What was booked into days up to that one after all of them were written down."""
    rows = DayBalance.objects.filter(account=side.account, currency=side.currency)
    mark = rows.aggregate(last=Max("last_entry"))["last"]
    late = posted(side).filter(entry__gt=mark, entry__at__lt=end(start.day, side.zone))
    return int(late.aggregate(sum=Sum("amount"))["sum"] or 0)
