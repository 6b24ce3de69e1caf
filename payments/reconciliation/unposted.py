"""Fees, payouts and exchanges: into our books they come from a report, payout by payout."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, NamedTuple

from django.db.models import Q, Sum

from payments.reconciliation.days import Side, end
from payments.reconciliation.moved import Total, by_day, posted, their_totals, totals_of
from payments.states import EntryKind

KINDS: Final = (EntryKind.FEE, EntryKind.FX, EntryKind.PAYOUT)
LOOK_BACK: Final = timedelta(days=35)
"""Payouts with lines on that many days before are looked at."""
Key = tuple[str, str]
"""A payout's reference and a kind."""


class Unposted(NamedTuple):
    """How much more they have than we, of one kind, over so many payouts.

    `later`: it is in our books, on another day than theirs; else it is not there yet.
    """

    kind: str
    later: bool
    amount: int
    payouts: int


@dataclass(frozen=True, slots=True)
class Stand:
    """What one side has of a kind of a payout, by the end of the day and in all."""

    upto: int = 0
    whole: int = 0
    rows: int = 0


def unposted_at(side: Side, day: date) -> list[Unposted]:
    """What the end of a day left open between both books, by kind; two statements."""
    theirs = _theirs(side, day)
    ours = _ours(side, day, sorted({ref for ref, _ in theirs}))
    return list(sum_up(ours, theirs))


def sum_up(ours: Mapping[Key, Stand], theirs: Mapping[Key, Stand]) -> Iterator[Unposted]:
    """What explains a difference: not posted at all, or posted as it is, on another day."""
    found: dict[tuple[str, bool], list[int]] = defaultdict(list)
    nothing = Stand()
    for key, their in theirs.items():
        our = ours.get(key, nothing)
        gap = their.upto - our.upto
        if gap and (not our.rows or our.whole == their.whole):
            found[key[1], bool(our.rows)].append(gap)
    for (kind, later), gaps in sorted(found.items()):
        yield Unposted(kind, later, sum(gaps), len(gaps))


def _theirs(side: Side, day: date) -> dict[Key, Stand]:
    """Each payout with lines in the days up to this one; what names none is of those days only."""
    near = their_totals(side).filter(day__gt=day - LOOK_BACK, day__lte=day)
    refs = near.exclude(payout_ref="").values("payout_ref")
    nameless = Q(payout_ref="", day__gt=day - LOOK_BACK, day__lte=day)
    totals = totals_of(their_totals(side).filter(Q(payout_ref__in=refs) | nameless))
    of_payout: dict[str, list[Total]] = defaultdict(list)
    for each in totals:
        of_payout[each.payout_ref].append(each)
    return {
        (ref, kind): Stand(_sum(side, lines, kind, upto=day), _sum(side, lines, kind, upto=None))
        for ref, lines in of_payout.items()
        for kind in KINDS
    }


def _sum(side: Side, lines: list[Total], kind: str, *, upto: date | None) -> int:
    some = [each for each in lines if upto is None or each.day <= upto]
    return sum(moves.get(kind, 0) for moves in by_day(side.currency, some, {}).values())


def _ours(side: Side, day: date, refs: list[str]) -> dict[Key, Stand]:
    moment = end(day, side.zone)
    rows = posted(side).filter(
        entry__kind__in=KINDS, entry__payout__account=side.account, entry__payout__ref__in=refs
    )
    sums = (
        rows.order_by()
        .values_list("entry__payout__ref", "entry__kind")
        .annotate(
            upto=Sum("amount", filter=Q(entry__at__lt=moment), default=0), whole=Sum("amount")
        )
    )
    return {(ref, kind): Stand(int(upto), int(whole), rows=1) for ref, kind, upto, whole in sums}
