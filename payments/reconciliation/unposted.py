"""Fees, payouts and exchanges: into our books they come from a report, payout by payout."""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from django.db.models import Count, F, OuterRef, Q, Subquery, Sum

from payments.models import Discrepancy, Entry, SettlementLine
from payments.models.discrepancy import STANDS, UNRESOLVED, DiscrepancyKind, Resolution
from payments.models.settlement import FileState
from payments.reconciliation.days import Side, end
from payments.reconciliation.moved import Total, by_day, posted, their_totals
from payments.states import EntryKind

KINDS: Final = (EntryKind.FEE, EntryKind.FX, EntryKind.PAYOUT)
LOOK_BACK: Final = timedelta(days=35)
"""Payouts with lines on that many days before are looked at, and what was posted later."""
Key = tuple[str, str]
"""A payout's reference and a kind."""


class Open(enum.StrEnum):
    """Why both books differ by it: ours do not have it yet, or have it on another day.

    Or it is a fee that a person is asked about, or that was settled since, or left as it is.
    """

    NOT_POSTED = "not_posted"
    POSTED_LATER = "posted_later"
    ASKED = "discrepancy"
    SETTLED_SINCE = "settled_since"


class Unposted(NamedTuple):
    """How much more they have than we, of one kind, over so many payouts or discrepancies."""

    why: Open
    kind: str
    amount: int
    how_many: int


@dataclass(frozen=True, slots=True)
class Stand:
    """What one side has of a kind of a payout, by the end of the day and in all."""

    upto: int = 0
    whole: int = 0
    rows: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """Fees that are not posted since a person is asked: in all, and by the end of the day.

    Of those by the end of the day, what no adjustment has evened out by then, and how many those
    are: `asked` still, and `left`, of which a person has decided.
    """

    ever: int = 0
    upto: int = 0
    asked: int = 0
    asked_count: int = 0
    left: int = 0
    left_count: int = 0


def unposted_at(side: Side, day: date) -> list[Unposted]:
    """What the end of a day left open between both books, by kind; three statements."""
    theirs = _theirs(side, day)
    refs = sorted({ref for ref, _ in theirs})
    return list(sum_up(_ours(side, day, refs), theirs, _asked(side, day, refs)))


def sum_up(
    ours: Mapping[Key, Stand], theirs: Mapping[Key, Stand], asked: Mapping[str, Asked]
) -> Iterator[Unposted]:
    """What explains a difference; what of a payout differs in the end and nobody asks is left."""
    found: dict[tuple[str, Open], list[tuple[int, int]]] = defaultdict(list)
    for (ref, kind), their in theirs.items():
        our = ours.get((ref, kind), Stand())
        question = asked.get(ref, Asked()) if kind == EntryKind.FEE else Asked()
        if not our.rows or their.whole - our.whole == -question.ever:
            here = Open.POSTED_LATER if our.rows else Open.NOT_POSTED
            moved = their.upto - our.upto + question.upto
            found[kind, here].append((moved, int(moved != 0)))
            found[kind, Open.ASKED].append((-question.asked, question.asked_count))
            found[kind, Open.SETTLED_SINCE].append((-question.left, question.left_count))
    for (kind, why), parts in sorted(found.items()):
        if count := sum(some for _, some in parts):
            yield Unposted(why, kind, sum(amount for amount, _ in parts), count)


def _theirs(side: Side, day: date) -> dict[Key, Stand]:
    """Each payout with lines in the days up to this one, or posted after it."""
    later = Entry.objects.filter(
        payout__account=side.account, kind__in=KINDS, at__gte=end(day, side.zone)
    )
    near = their_totals(side).filter(
        Q(day__gt=day - LOOK_BACK) | Q(payout_ref__in=later.values("payout__ref")), day__lte=day
    )
    rows = their_totals(side).filter(payout_ref__in=near.values("payout_ref"))
    names = ("payout_ref", "kind", "currency", "settled_currency")
    sums = ("gross", "settled_gross", "fee")
    parts = {f"{name}_upto": Sum(name, filter=Q(day__lte=day), default=0) for name in sums}
    wholes = {f"{name}_whole": Sum(name) for name in sums}
    upto: dict[str, list[Total]] = defaultdict(list)
    whole: dict[str, list[Total]] = defaultdict(list)
    for row in rows.order_by().values(*names).annotate(**parts, **wholes):
        for part, lines in (("upto", upto), ("whole", whole)):
            gross, settled = int(row[f"gross_{part}"]), int(row[f"settled_gross_{part}"])
            fee = Decimal(row[f"fee_{part}"])
            about = {name: row[name] for name in names}
            lines[row["payout_ref"]].append(
                Total(day=day, gross=gross, settled=settled, fee=fee, **about)
            )
    return {
        (ref, kind): Stand(_sum(side, upto[ref], kind), _sum(side, whole[ref], kind))
        for ref in whole
        for kind in KINDS
    }


def _sum(side: Side, lines: list[Total], kind: str) -> int:
    return sum(moves.get(kind, 0) for moves in by_day(side.currency, lines, {}).values())


def _ours(side: Side, day: date, refs: list[str]) -> dict[Key, Stand]:
    moment = end(day, side.zone)
    rows = posted(side).filter(
        entry__kind__in=KINDS, entry__payout__account=side.account, entry__payout__ref__in=refs
    )
    sums = (
        rows.order_by()
        .values_list("entry__payout__ref", "entry__kind")
        .annotate(upto=Sum("amount", filter=Q(entry__at__lt=moment), default=0), all=Sum("amount"))
    )
    return {(ref, kind): Stand(int(upto), int(whole), 1) for ref, kind, upto, whole in sums}


def _asked(side: Side, day: date, refs: list[str]) -> dict[str, Asked]:
    """By payout, how much of its fees `post_report` has left to a person."""
    line = SettlementLine.objects.filter(file=OuterRef("file"), line_no=OuterRef("line_no"))
    rows = Discrepancy.objects.filter(
        account=side.account,
        kind=DiscrepancyKind.FEE,
        currency=side.currency,
        file__state=FileState.LOADED,
    )
    rows = rows.exclude(resolution=Resolution.AUTO).annotate(
        ref=Subquery(line.values("payout_ref")[:1]),
        settled_at=Subquery(line.values("settled_at")[:1]),
    )
    moment = end(day, side.zone)
    upto = Q(settled_at__lt=moment) & ~Q(theirs=F("ours"))
    still = upto & Q(state__in=UNRESOLVED)
    left = upto & ~Q(state__in=UNRESOLVED) & (Q(resolution__in=STANDS) | Q(resolved_at__gte=moment))
    more = F("theirs") - F("ours")
    sums = (
        rows.filter(ref__in=refs)
        .order_by()
        .values_list("ref")
        .annotate(
            ever=Sum(more),
            upto=Sum(more, filter=upto, default=0),
            asked=Sum(more, filter=still, default=0),
            asked_count=Count("pk", filter=still),
            left=Sum(more, filter=left, default=0),
            left_count=Count("pk", filter=left),
        )
    )
    return {ref: Asked(*map(int, numbers)) for ref, *numbers in sums}
