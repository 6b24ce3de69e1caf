"""What a report states of itself, against its own lines: a balance at its begin, one at its end.

A stated balance is whole, and what all lines come to is not, since fees are finer: within one minor
unit they say the same. What is known of single lines may explain more: a line that is left out
moved their balance all the same, then and for ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Q

from payments.models import SettlementFile
from payments.reconciliation.balances import Stretch
from payments.reconciliation.days import DAY, Side, begin, end
from payments.reconciliation.explain import covers, known_of_lines, parts_of
from payments.reconciliation.moved import whole
from payments.reconciliation.shares import ROUNDING, Shares


@dataclass(frozen=True, slots=True)
class Stated:
    """The balances that reports state for a day, in minor units; None where they do not.

    `began` and `came_to` are what they should be by all lines up to then, `known` is how much more
    than that was stated before and explained. `explained`: known lines say why it is more now.
    """

    opening: int | None = None
    began: int = 0
    closing: int | None = None
    came_to: int = 0
    known: int = 0
    explained: bool = False

    @property
    def opening_agrees(self) -> bool:
        return self.opening is None or abs(self.opening - self.began - self.known) <= ROUNDING

    @property
    def off(self) -> int:
        """How much more it states in the end than its lines come to."""
        more = 0 if self.closing is None else self.closing - self.came_to
        return more if abs(more) > ROUNDING else 0

    @property
    def denied(self) -> int:
        """The part of that which nothing explains."""
        if self.closing is None:
            opening = self.opening or 0
            return 0 if self.opening_agrees else opening - self.began - self.known
        new = self.closing - self.came_to - self.known
        return 0 if self.explained or abs(new) <= ROUNDING else new

    @property
    def known_after(self) -> int:
        return self.off if self.explained else self.known


def stated_of(moved: Stretch, day: date, files: Sequence[SettlementFile]) -> Stated:
    """What these reports state of the day, beside what all lines come to."""
    opening = _of(moved.side, next((f for f in files if f.first_day == day), None), "opening")
    closing = _of(moved.side, next((f for f in files if f.last_day == day), None), "closing")
    began, came_to = whole(moved.exact(day - DAY)), whole(moved.exact(day))
    if moved.since and moved.since.first_day == day:
        began = opening or 0  # with it their books begin
    told = Stated(opening, began, closing, came_to, moved.known)
    if closing is None or not told.denied:
        return told
    ours = abs(closing - moved.closing(day).ours) <= ROUNDING
    return replace(told, explained=ours or _explained(moved, day, told.denied))


def _of(side: Side, file: SettlementFile | None, name: str) -> int | None:
    said = getattr(file, name, {}).get(side.currency)
    return None if said is None else int(said)


def _explained(moved: Stretch, day: date, more: int) -> bool:
    """Whether what is known of lines since the last day that was proven comes to the difference."""
    side, last = moved.side, end(day, moved.side.zone)
    about = known_of_lines(side.account).filter(Q(at__lt=last) | Q(at=None))
    if moved.proven:
        about = about.filter(Q(at__gte=begin(moved.proven + DAY, side.zone)) | Q(at=None))
    shares = Shares(1)
    for discrepancy, part in parts_of(side.account, about, side.currency):
        shares.add(discrepancy, part, [0])
    return covers(shares.of(0), more) is not None
