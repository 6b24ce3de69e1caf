"""What is known of single lines, against the difference of a payout."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain, combinations, islice
from typing import Any, Final

from django.db import transaction
from django.db.models import Q, QuerySet

from payments.models import Discrepancy, Match, ProviderAccount, SettlementLine
from payments.models.discrepancy import OF_PAYOUTS, UNRESOLVED, DiscrepancyState, Resolution
from payments.models.settlement import FileState
from payments.providers.reports import LineKind
from payments.reconciliation.fees import rules_of
from payments.reconciliation.lines import lines_of
from payments.reconciliation.moved import whole
from payments.reconciliation.paid import Gaps
from payments.reconciliation.rows import pages, save_each
from payments.reconciliation.shares import (
    CLASSES,
    FOREIGN,
    ROUNDING,
    UNIT,
    UNREAD,
    Part,
    Share,
    Shares,
    effects,
    part_of,
    part_of_line,
)

SOME: Final = 200
OF_PLACE: Final = ("payout_ref", "file", "stray", "gross", "settled_currency", "settled_gross")


@dataclass(slots=True)
class Place:
    """Where lines of one reference stand: in which payouts, and what they were settled for.

    `abroad` is the currency of that, "" where it is their own.
    """

    payouts: set[str] = field(default_factory=set)
    abroad: str = ""
    gross: int = 0
    settled: int = 0

    def settles(self, amount: int, currency: str) -> tuple[int, str]:
        """What so much of it is in the balance."""
        if not (self.abroad and self.gross):
            return amount, currency
        return whole(Decimal(amount * self.settled) / self.gross), self.abroad


Places = Mapping[str, Place]
"""By reference of a line."""
NOWHERE: Final = Place()


class Explainer:
    """Keeps which discrepancies have explained which payout, for one account and run."""

    def __init__(self, account: ProviderAccount, gaps: Gaps) -> None:
        gaps.sort()
        self._account, self._rules = account, rules_of(account)
        self._gaps, self._shares = gaps, Shares(len(gaps))
        self._chosen = set[int]()
        loaded = account.settlement_files.filter(state=FileState.LOADED)
        self._files = frozenset(loaded.values_list("pk", flat=True))
        if any(gaps.amounts):
            self._gather()

    def explained(self) -> frozenset[int]:
        """The numbers of payouts to whose gap some classes of what is known of their lines come.

        What stands in lines of several payouts explains one of them. What is left for the others
        is known only then, so they are looked at until no more is explained.
        """
        every = list(self._gaps.differing())
        open_ones, count = every, -1
        while count != len(open_ones):
            count = len(open_ones)
            open_ones = [number for number in open_ones if not self._explains(number)]
        return frozenset(every).difference(open_ones)

    def _explains(self, number: int) -> bool:
        slots = covers(self._shares.of(number), self._gaps.amounts[number])
        if slots is None:
            return False
        self._chosen |= slots
        self._shares.use(slots)
        return True

    def link(self) -> None:
        """Write down what explains which payout; what explains none any more is let go."""
        payouts = self._gaps.payout_ids
        of_lines = Discrepancy.objects.filter(account=self._account).exclude(about=OF_PAYOUTS)
        linked = array("q")
        found = self._shares.ids(self._chosen)
        with transaction.atomic():
            while some := {pk: payouts[number] for pk, number in islice(found, SOME)}:
                linked.extend(some)
                was = dict(of_lines.filter(pk__in=some).values_list("pk", "payout"))
                _save_links({pk: to for pk, to in some.items() if was.get(pk) != to})
            self._let_go(of_lines.exclude(payout=None), linked)

    def _let_go(self, linked_before: QuerySet[Discrepancy], linked: Sequence[int]) -> None:
        for some in pages(linked_before.only("pk"), SOME):
            _save_links(dict.fromkeys(each.pk for each in some if not _is_in(linked, each.pk)))

    def _gather(self) -> None:
        known = known_of_lines(self._account).exclude(ours=None, theirs=None)
        rows = known.order_by("pk").iterator(SOME)
        while some := list(islice(rows, SOME)):
            places, lines = self._payouts_of(some), lines_of(some)
            for discrepancy in some:
                if line := lines.get((discrepancy.file_id, discrepancy.line_no)):
                    self._count_line(discrepancy, line)
                else:
                    self._count(discrepancy, places)

    def _payouts_of(self, some: Sequence[Discrepancy]) -> Places:
        """By reference, the payouts in which its lines stand."""
        refs = {each.reference for each in some if each.theirs is not None}
        by_ours = SettlementLine.objects.filter(our_ref__in=refs - {""})
        places = self._places(by_ours.values_list("our_ref", *OF_PLACE))
        by_theirs = SettlementLine.objects.filter(our_ref="", provider_ref__in=refs - places.keys())
        named = by_theirs.values_list("provider_ref", *OF_PLACE)
        return {**self._places(named), **places}

    def _places(self, lines: Iterable[tuple[Any, ...]]) -> Places:
        """Of lines that count; asked of the database it would read whole files for it."""
        places: dict[str, Place] = defaultdict(Place)
        for ref, payout, file, stray, gross, abroad, settled in lines:
            if file in self._files and not stray:
                place = places[ref]
                place.payouts.add(payout)
                if abroad:
                    place.abroad = abroad
                    place.gross, place.settled = place.gross + gross, place.settled + settled
        return places

    def _count(self, discrepancy: Discrepancy, places: Places) -> None:
        place = NOWHERE
        if discrepancy.theirs is not None:
            place = places.get(discrepancy.reference, NOWHERE)
        for moved in effects(discrepancy):
            amount, currency = place.settles(*moved)
            gaps = self._gaps_of(discrepancy, currency, place)
            one, _currency = place.settles(discrepancy.ours or 0, moved[1])
            part = part_of(discrepancy, amount, self._rules.get(currency), one=one)
            self._shares.add(discrepancy, part, gaps)

    def _count_line(self, discrepancy: Discrepancy, line: SettlementLine) -> None:
        """What is about one line is of the payout that the line names, and exact."""
        currency = line.settled_currency or line.currency
        if line.payout_ref:
            gap = self._gaps.number(line.payout_ref, currency)
        else:
            gap = self._gaps.at(line.occurred_at, currency)
        if gap is not None and line.kind != LineKind.PAYOUT:
            part = part_of_line(discrepancy, line, self._rules.get(currency))
            self._shares.add(discrepancy, part, [gap])

    def _gaps_of(self, discrepancy: Discrepancy, currency: str, place: Place) -> list[int]:
        """Of which payouts it may be: of several that have its lines, those that differ."""
        if discrepancy.theirs is None:
            found = [self._gaps.at(discrepancy.at, currency)]
        else:
            found = [self._gaps.number(ref, currency) for ref in sorted(place.payouts)]
        gaps = [number for number in found if number is not None]
        return [each for each in gaps if self._gaps.amounts[each]] if len(gaps) > 1 else gaps


def covers(shares: Sequence[Share], amount: int) -> set[int] | None:
    """The slots of the fewest classes that come to an amount, None where none do."""
    for chosen in chain.from_iterable(
        combinations(shares, count) for count in range(1, len(shares) + 1)
    ):
        off = amount * UNIT - sum(share.amount for share in chosen)
        if abs(off) <= ROUNDING * UNIT + sum(share.tolerance for share in chosen):
            return {share.slot for share in chosen}
    return None


def parts_of(
    account: ProviderAccount, known: QuerySet[Discrepancy], currency: str
) -> Iterator[tuple[Discrepancy, Part]]:
    """What each of these adds to a balance in the currency beyond its lines."""
    rule = rules_of(account).get(currency)
    for some in pages(known.exclude(ours=None, theirs=None), SOME):
        lines = lines_of(some)
        for discrepancy in some:
            if line := lines.get((discrepancy.file_id, discrepancy.line_no)):
                if (line.settled_currency or line.currency) == currency:
                    yield discrepancy, part_of_line(discrepancy, line, rule)
                continue
            for amount, moved in effects(discrepancy):
                if moved == currency:
                    yield discrepancy, part_of(discrepancy, amount, rule)


def _save_links(links: Mapping[int, int | None]) -> None:
    save_each([Discrepancy(pk=pk, payout_id=to) for pk, to in links.items()], ["payout"])


def _is_in(ordered: Sequence[int], number: int) -> bool:
    place = bisect_left(ordered, number)
    return place < len(ordered) and ordered[place] == number


def known_of_lines(account: ProviderAccount) -> QuerySet[Discrepancy]:
    """What is so still, whoever has settled it: settling moves no money of a payout.

    A match says of what it finds when it saw that last; of what stands in a line, the file counts.
    Of a sale of ours whose line is settled, the sale itself is asked about by the next match.
    """
    kinds = frozenset().union(*CLASSES)
    of_lines = Discrepancy.objects.filter(account=account, kind__in=kinds)
    known = of_lines.exclude(about=OF_PAYOUTS).exclude(resolution=Resolution.AUTO)
    before = Match.objects.filter(account=account).values_list("ended_at", flat=True).first()
    seen = Q(file=None, seen_at__gte=before) if before else Q(file=None)
    of_sale = Q(kind__in=UNREAD | FOREIGN, state=DiscrepancyState.RESOLVED)
    known = known.exclude(of_sale, attempt__isnull=False)
    return known.filter(Q(state__in=UNRESOLVED) | seen | Q(file__state=FileState.LOADED))
