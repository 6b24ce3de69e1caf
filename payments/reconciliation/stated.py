"""What a report states of itself, against its own lines: a balance at its begin, one at its end.

It begins where the report before it ended, and ends where its lines lead to. Both balances are
whole and fees are not, so that within one minor unit they say the same. What is known of single
lines may explain more: a line that is left out moved their balance all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q

from payments.models import SettlementFile
from payments.reconciliation.balances import Held, Stretch, reports
from payments.reconciliation.days import DAY, Side, begin, end
from payments.reconciliation.explain import covers, known_of_lines, shares_of
from payments.reconciliation.moved import legs, their_totals, totals_of, whole
from payments.reconciliation.shares import ROUNDING


@dataclass(frozen=True, slots=True)
class Stated:
    """The balances that reports state for a day, in minor units; None where they do not.

    `began`: what the first should be, by the report before it; `came_to`: what the last should be,
    from the same report's first one on. `explained`: where that is not so, known lines say why.
    `before`: by how much reports up to then have contradicted themselves, and nobody knew why.
    """

    opening: int | None = None
    began: int = 0
    closing: int | None = None
    came_to: int = 0
    explained: bool = False
    before: int = 0

    @property
    def jump(self) -> int:
        """How much more it begins with than the report before it ended with."""
        more = 0 if self.opening is None else self.opening - self.began
        return more if abs(more) > ROUNDING else 0

    @property
    def off(self) -> int:
        """How much more it ends with than its lines lead to."""
        more = 0 if self.closing is None else self.closing - self.came_to
        return more if abs(more) > ROUNDING else 0

    @property
    def denied(self) -> int:
        """By how much more than their lines they say to hold, and nothing explains it."""
        return self.before + self.jump + (0 if self.explained else self.off)

    @property
    def contradicts(self) -> bool:
        return self.denied != 0 or self.jump != 0 or (self.off != 0 and not self.explained)


def stated_of(moved: Stretch, day: date, files: Sequence[SettlementFile]) -> Stated:
    """What these reports state of the day, beside what they should by their own word."""
    side, before = moved.side, moved.denied
    opens = next((file for file in files if file.first_day == day), None)
    closes = next((file for file in files if file.last_day == day), None)
    opening, closing = _of(side, opens, "opening"), _of(side, closes, "closing")
    began = _eve(side, opens) if opens and opening is not None else None
    told = Stated(opening, (opening or 0) if began is None else began, before=before)
    if closes is None or closing is None:
        return told
    held = moved.closing(day)
    told = replace(told, closing=closing, came_to=_came_to(side, closes, closing, held=held))
    if not told.off:
        return told
    return replace(told, explained=closing == held.ours or _explained(side, closes, told.off))


def _of(side: Side, file: SettlementFile | None, name: str) -> int | None:
    said = getattr(file, name, {}).get(side.currency)
    return None if said is None else int(said)


def _eve(side: Side, file: SettlementFile) -> int | None:
    """With which balance the report closed that ended the day before; None: there is none such."""
    if file.first_day is None:
        return None
    return _of(side, reports(side).filter(last_day=file.first_day - DAY).first(), "closing")


def _came_to(side: Side, file: SettlementFile, closing: int, *, held: Held) -> int:
    """What its lines lead to from where it says that it began, else all that was ever reported.

    A provider may keep the fractions of fees to itself, payout by payout, or carry them on: of both
    ways, that which comes nearer to what it states.
    """
    opened = _of(side, file, "opening")
    begins = _eve(side, file) if opened is None else opened
    if begins is None:
        return held.theirs
    moved, fees = Decimal(0), dict[str, Decimal]()
    for each in totals_of(their_totals(side).filter(file=file)):
        moved += sum(amount for _kind, amount in legs(each, side.currency))
        if (each.settled_currency or each.currency) == side.currency:
            fees[each.payout_ref] = fees.get(each.payout_ref, Decimal(0)) + each.fee
    ways = whole(moved - sum(fees.values())), int(moved) - sum(map(whole, fees.values()))
    return min((begins + way for way in ways), key=lambda way: abs(closing - way))


def _explained(side: Side, file: SettlementFile, off: int) -> bool:
    """Whether what is known of its lines, and of what has none in its days, comes to that."""
    if file.first_day is None or file.last_day is None:
        return False
    first, last = begin(file.first_day, side.zone), end(file.last_day, side.zone)
    here = file.lines.filter(stray="")
    ours = here.filter(our_ref=OuterRef("reference"))
    theirs = here.filter(our_ref="", provider_ref=OuterRef("reference"))
    named = ~Q(reference="") & (Q(Exists(ours)) | Q(Exists(theirs)))
    missing = Q(theirs=None, at__gte=first, at__lt=last)
    about = known_of_lines(side.account).filter(Q(file=file) | missing | named)
    return covers(shares_of(side.account, about, side.currency), off) is not None
