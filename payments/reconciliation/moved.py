"""What moved the balance at the provider on each day, by kind: in our books, and in theirs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from payments.books import PROVIDER, named
from payments.models import Posting, SettlementTotal
from payments.models.settlement import FileState
from payments.providers.reports import LineKind
from payments.reconciliation.days import Side, begin, end
from payments.states import EntryKind

KINDS: Final = (
    EntryKind.CAPTURE,
    EntryKind.REFUND,
    EntryKind.REFUND_REVERSED,
    EntryKind.DISPUTE,
    EntryKind.FEE,
    EntryKind.FX,
    EntryKind.PAYOUT,
    EntryKind.ADJUSTMENT,
    EntryKind.OPENING,
)
"""What moves the balance, as a reader meets it; elsewhere and the rest never touch it."""
SAME: Final[Mapping[str, EntryKind]] = {
    LineKind.CAPTURE: EntryKind.CAPTURE,
    LineKind.REFUND: EntryKind.REFUND,
    LineKind.REFUND_REVERSED: EntryKind.REFUND_REVERSED,
    LineKind.DISPUTE: EntryKind.DISPUTE,
    LineKind.DISPUTE_REVERSAL: EntryKind.DISPUTE,
    LineKind.FEE: EntryKind.FEE,
    LineKind.PAYOUT: EntryKind.PAYOUT,
    LineKind.ADJUSTMENT: EntryKind.ADJUSTMENT,
}
"""What each kind of line is in our books."""
ByKind = Mapping[str, int]
ByDay = dict[date, ByKind]


@dataclass(frozen=True, slots=True)
class Total:
    """Lines of one day, payout and kind that are settled alike; minor units, fees in fractions."""

    day: date
    payout_ref: str
    kind: str
    currency: str
    settled_currency: str
    gross: int
    settled: int
    fee: Decimal


def posted(side: Side) -> QuerySet[Posting]:
    """Every posting to the account's balance, whenever it was."""
    name = named(PROVIDER, side.account.code)
    return Posting.objects.filter(account=name, currency=side.currency)


def our_days(side: Side, first: date | None, last: date) -> ByDay:
    """What our books moved on each day from the first (None: ever) to the last, by kind."""
    rows = posted(side).filter(entry__at__lt=end(last, side.zone))
    if first:
        rows = rows.filter(entry__at__gte=begin(first, side.zone))
    booked = rows.annotate(day=TruncDate("entry__at", tzinfo=side.zone)).order_by()
    found: dict[date, dict[str, int]] = defaultdict(dict)
    for day, kind, sum_ in booked.values_list("day", "entry__kind").annotate(sum=Sum("amount")):
        found[day][kind] = int(sum_)
    return dict(found)


def their_totals(side: Side) -> QuerySet[SettlementTotal]:
    """What the reports that count say of this currency."""
    here = Q(currency=side.currency) | Q(settled_currency=side.currency)
    return SettlementTotal.objects.filter(
        here, file__account=side.account, file__state=FileState.LOADED
    )


def their_days(side: Side, first: date | None, last: date) -> ByDay:
    """The same of their books, in two statements. A payout's fees are rounded as one sum."""
    rows = their_totals(side).filter(day__lte=last)
    if first:
        rows = rows.filter(day__gte=first)
    totals = totals_of(rows)
    charged = {each.payout_ref for each in totals if each.fee}
    before = _fees_before(side, first, charged) if first else {}
    return by_day(side.currency, totals, before)


def totals_of(rows: QuerySet[SettlementTotal]) -> list[Total]:
    names = ("day", "payout_ref", "kind", "currency", "settled_currency")
    sums = (
        rows.order_by()
        .values_list(*names)
        .annotate(sum=Sum("gross"), settled=Sum("settled_gross"), cost=Sum("fee"))
    )
    return [
        Total(day, ref, kind, currency, settled_currency, int(gross), int(settled), Decimal(cost))
        for day, ref, kind, currency, settled_currency, gross, settled, cost in sums
    ]


def _fees_before(side: Side, first: date, refs: Iterable[str]) -> dict[str, Decimal]:
    """What these payouts were charged before that day: they are rounded once, not each day."""
    rows = their_totals(side).filter(payout_ref__in=sorted(refs), day__lt=first)
    rows = rows.filter(Q(settled_currency=side.currency) | Q(settled_currency=""))
    return {
        ref: Decimal(cost)
        for ref, cost in rows.order_by().values_list("payout_ref").annotate(cost=Sum("fee"))
    }


def by_day(currency: str, totals: Iterable[Total], before: Mapping[str, Decimal]) -> ByDay:
    """What moved one currency on each day. What is settled in another goes by `fx`, as with us."""
    found: dict[date, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    fees: dict[tuple[date, str], Decimal] = defaultdict(Decimal)
    for each in totals:
        moves = found[each.day]
        for kind, amount in legs(each, currency):
            moves[kind] += amount
        if (each.settled_currency or each.currency) == currency:
            fees[each.day, each.payout_ref] += each.fee
    for day, cost in _rounded(fees, before):
        found[day][EntryKind.FEE] -= cost
    return {
        day: {kind: sum_ for kind, sum_ in moves.items() if sum_} for day, moves in found.items()
    }


def legs(each: Total, currency: str) -> Iterator[tuple[str, int]]:
    """The kinds and amounts by which it moves one currency, its fee left out."""
    if each.kind == LineKind.ALLOTMENT:
        return
    kind = SAME.get(each.kind, EntryKind.ADJUSTMENT)
    if not each.settled_currency and each.currency == currency:
        yield kind, each.gross
    elif each.kind == LineKind.PAYOUT:
        if each.settled_currency == currency:
            yield kind, each.settled
    elif each.settled_currency:
        yield from _exchanged(each, currency)


def _exchanged(each: Total, currency: str) -> Iterator[tuple[str, int]]:
    """Two legs: it comes in one currency, leaves by `fx`, and comes from there in another."""
    if each.currency == currency:
        yield SAME.get(each.kind, EntryKind.ADJUSTMENT), each.gross
        yield EntryKind.FX, -each.gross
    if each.settled_currency == currency:
        yield EntryKind.FX, each.settled


def _rounded(
    fees: Mapping[tuple[date, str], Decimal], before: Mapping[str, Decimal]
) -> Iterator[tuple[date, int]]:
    """Whole minor units by day that come, over all days of a payout, to its rounded sum."""
    charged = dict(before)
    for day, ref in sorted(fees):
        stood = charged.get(ref, Decimal())
        charged[ref] = stood + fees[day, ref]
        yield day, whole(charged[ref]) - whole(stood)


def whole(fee: Decimal) -> int:
    return int(fee.quantize(Decimal(1), ROUND_HALF_UP))


def sum_of(moves: ByDay, upto: date) -> int:
    """What all kinds together moved up to a day, that included."""
    return sum(sum(kinds.values()) for day, kinds in moves.items() if day <= upto)
