"""A day proven by one number: what we say the provider holds for us is what it says it holds."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Sum

from payments.models import SettlementFile
from payments.models.discrepancy import DiscrepancyKind
from payments.reconciliation.balances import (
    Held,
    Stretch,
    first_report,
    reports_of,
    stated_opening,
    stretch,
)
from payments.reconciliation.came_back import away_at
from payments.reconciliation.days import DAY, Side, end
from payments.reconciliation.gaps import Why, gaps_at
from payments.reconciliation.moved import KINDS, posted
from payments.reconciliation.stated import Stated, stated_of
from payments.reconciliation.unposted import unposted_at
from payments.reconciliation.unreported import unreported_at
from payments.states import EntryKind


class Mark(enum.StrEnum):
    """How a day stands; `unproven`: it differs, and nobody has looked why yet."""

    AGREES = "agrees"
    EXPLAINED = "explained"
    UNEXPLAINED = "unexplained"
    UNPROVEN = "unproven"
    NO_REPORT = "no_report"


class Because(enum.StrEnum):
    """What makes both sides differ at the end of a day, and is all right or known."""

    THEY_FIRST = "they_first"
    WE_FIRST = "we_first"
    WAITING = "waiting"
    DISCREPANCY = "discrepancy"
    SETTLED_SINCE = "settled_since"
    NOT_POSTED = "not_posted"
    POSTED_LATER = "posted_later"
    BEFORE = "before"
    UNREPORTED = "unreported"
    CAME_BACK = "came_back"


@dataclass(frozen=True, slots=True)
class Reason:
    """How much more they have than we because of it. `kind`: of a discrepancy, or of an entry."""

    because: Because
    amount: int
    count: int = 0
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Movement:
    """What one kind moved on the day, on both sides."""

    kind: EntryKind
    held: Held


@dataclass(frozen=True, slots=True)
class Proof:
    """One day of one account in one currency; amounts in minor units.

    `stated` is what a report says of itself. `began`: the first day of the account's first report,
    None where there is none.
    """

    side: Side
    day: date
    reports: list[SettlementFile]
    opening: Held
    movements: list[Movement]
    closing: Held
    stated: Stated
    reasons: list[Reason]
    began: date | None

    @property
    def gap(self) -> int:
        """How much more they have than we at the end of the day."""
        return self.closing.theirs - self.closing.ours

    @property
    def unexplained(self) -> int:
        return self.gap - sum(reason.amount for reason in self.reasons)

    @property
    def contradicted(self) -> bool:
        """Whether a report states another balance than its lines come to, and nobody knows why."""
        return self.stated.contradicts

    @property
    def mark(self) -> Mark:
        if not self.reports:
            return Mark.NO_REPORT
        if self.unexplained or self.contradicted:
            return Mark.UNEXPLAINED
        known = self.gap or self.reasons or self.stated.off
        return Mark.EXPLAINED if known else Mark.AGREES


def prove(side: Side, day: date) -> Proof:
    """Both sides of a day, and what explains where they differ: as many statements for any day."""
    return proven(stretch(side, day, first_report(side)), day)


def proven(moved: Stretch, day: date) -> Proof:
    """The same of a day whose movements are known already."""
    side, since = moved.side, moved.since
    reports = reports_of(side, day, day)
    begins = day if since and since.first_day == day else None
    opening, movements = _moves(moved, day, begins=begins)
    closing = moved.closing(day)
    agrees = closing.ours == closing.theirs and all(m.held.ours == m.held.theirs for m in movements)
    return Proof(
        side,
        day,
        reports,
        opening,
        movements,
        closing,
        stated_of(moved, day, reports),
        [] if agrees or not reports else list(_reasons(side, day, since)),
        since.first_day if since else None,
    )


def _moves(moved: Stretch, day: date, *, begins: date | None) -> tuple[Held, list[Movement]]:
    """The opening, and what each kind moved; with what their books begin is part of the opening."""
    ours, theirs = moved.of(day)
    opening = moved.opening(day)
    if begins:
        opening += Held(theirs=theirs.get(EntryKind.OPENING, 0))
        theirs = {**theirs, EntryKind.OPENING: 0}
    kinds = [kind for kind in KINDS if ours.get(kind) or theirs.get(kind)]
    return opening, [Movement(k, Held(ours.get(k, 0), theirs.get(k, 0))) for k in kinds]


def _reasons(side: Side, day: date, since: SettlementFile | None) -> Iterator[Reason]:
    yield from _gaps(side, day)
    for why, kind, amount, count in unposted_at(side, day):
        yield Reason(Because(why), amount, count, kind)
    if given_up := _given_up(side, day):
        yield Reason(Because.SETTLED_SINCE, -given_up, kind=DiscrepancyKind.PAYOUT_TOTAL)
    away = away_at(side, day)
    if away.amount:
        yield Reason(Because.CAME_BACK, away.amount, away.operations)
    missed = unreported_at(side, day)
    if missed.amount:
        yield Reason(Because.UNREPORTED, -missed.amount, missed.operations)
    if since and since.first_day and (left := _before(side, since, since.first_day - DAY)):
        yield Reason(Because.BEFORE, left)


def _gaps(side: Side, day: date) -> Iterator[Reason]:
    for gap in gaps_at(side, day):
        if gap.why == Why.KNOWN:
            because = Because.SETTLED_SINCE if gap.resolved else Because.DISCREPANCY
            yield Reason(because, gap.amount, gap.operations, gap.kind)
        elif gap.why != Why.ODD:
            yield Reason(Because(gap.why), gap.amount, gap.operations)


def _given_up(side: Side, day: date) -> int:
    """What was written off of payouts by then: their lines go on having it."""
    kind, by_then = DiscrepancyKind.PAYOUT_TOTAL, end(day, side.zone)
    written_off = posted(side).filter(entry__discrepancy__kind=kind, entry__at__lt=by_then)
    return int(written_off.aggregate(sum=Sum("amount"))["sum"] or 0)


def _before(side: Side, since: SettlementFile, eve: date) -> int:
    """What both sides differed by when their reports began, as far as it is not on its way."""
    ours = stretch(side, eve, None).closing(eve).ours
    on_its_way = sum(reason.amount for reason in _gaps(side, eve)) if ours else 0
    return stated_opening(side, since) - ours - on_its_way
