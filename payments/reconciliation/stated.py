"""What a report states of itself, against its own lines: a balance at its begin, one at its end.

Both are whole and its fees are not, so that by one minor unit they differ and say the same. What is
known of single lines may explain more: a line that is left out moved their balance all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.db.models import Q

from payments.models import SettlementFile
from payments.reconciliation.balances import Held, reports
from payments.reconciliation.days import DAY, Side, begin, end
from payments.reconciliation.explain import covers, known_of_lines, parts_of
from payments.reconciliation.moved import legs, their_totals, totals_of, whole
from payments.reconciliation.shares import ROUNDING, Shares


@dataclass(frozen=True, slots=True)
class Stated:
    """The balances that reports state for a day, in minor units; None where they do not.

    `began`: what the first should be, by the report before it; `came_to`: what the last should be,
    from the same report's first one on. `explained`: where it is not, known lines say why.
    """

    opening: int | None = None
    began: int = 0
    closing: int | None = None
    came_to: int = 0
    explained: bool = False

    @property
    def opening_agrees(self) -> bool:
        return self.opening is None or abs(self.opening - self.began) <= ROUNDING

    @property
    def off(self) -> int:
        """How much more it states than its lines come to."""
        more = 0 if self.closing is None else self.closing - self.came_to
        return more if abs(more) > ROUNDING else 0


def stated_of(
    side: Side, day: date, files: Sequence[SettlementFile], *, opening: Held, closing: Held
) -> Stated:
    """What these reports state of the day, beside how it opened and closed by all reports."""
    opens = next((file for file in files if file.first_day == day), None)
    closes = next((file for file in files if file.last_day == day), None)
    first, last = _of(side, opens, "opening"), _of(side, closes, "closing")
    began = _eve(side, opens) if opens and first is not None else None
    told = Stated(first, opening.theirs if began is None else began)
    if closes is None or last is None:
        return told
    told = replace(told, closing=last, came_to=_came_to(side, closes, closing))
    if not told.off:
        return told
    return replace(told, explained=last == closing.ours or _explained(side, closes, told.off))


def _of(side: Side, file: SettlementFile | None, name: str) -> int | None:
    said = getattr(file, name, {}).get(side.currency)
    return None if said is None else int(said)


def _eve(side: Side, file: SettlementFile) -> int | None:
    """With which balance the report closed that ended the day before."""
    if file.first_day is None:
        return None
    return _of(side, reports(side).filter(last_day=file.first_day - DAY).first(), "closing")


def _came_to(side: Side, file: SettlementFile, held: Held) -> int:
    """What its lines come to from where it says that it began; else all that was ever reported."""
    opened = _of(side, file, "opening")
    begins = _eve(side, file) if opened is None else opened
    return held.theirs if begins is None else whole(begins + _moved(side, file))


def _moved(side: Side, file: SettlementFile) -> Decimal:
    """By how much its lines move the balance; to the fraction, since it is not paid out yet."""
    moved = Decimal(0)
    for each in totals_of(their_totals(side).filter(file=file)):
        moved += sum(amount for _kind, amount in legs(each, side.currency))
        if (each.settled_currency or each.currency) == side.currency:
            moved -= each.fee
    return moved


def _explained(side: Side, file: SettlementFile, off: int) -> bool:
    """Whether what is known of lines in its days, or in it, comes to the difference."""
    if file.first_day is None or file.last_day is None:
        return False
    first, last = begin(file.first_day, side.zone), end(file.last_day, side.zone)
    about = known_of_lines(side.account).filter(Q(file=file) | Q(at__gte=first, at__lt=last))
    shares = Shares(1)
    for discrepancy, part in parts_of(side.account, about, side.currency):
        shares.add(discrepancy, part, [0])
    return covers(shares.of(0), off) is not None
