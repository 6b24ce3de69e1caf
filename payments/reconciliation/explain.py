"""What is known of single lines, against the difference of a payout."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import chain, combinations, islice
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet

from payments.models import Discrepancy, Match, ProviderAccount, SettlementLine
from payments.models.discrepancy import OF_PAYOUTS, UNRESOLVED, DiscrepancyState, Resolution
from payments.models.settlement import FileState
from payments.providers.reports import LineKind
from payments.reconciliation.fees import rules_of
from payments.reconciliation.lines import lines_of
from payments.reconciliation.paid import Gaps
from payments.reconciliation.places import Place, parts_of, place_of, places_of
from payments.reconciliation.rows import pages, save_each
from payments.reconciliation.shares import (
    CLASSES,
    FOREIGN,
    ROUNDING,
    UNIT,
    UNREAD,
    Share,
    Shares,
    part_of_line,
)

SOME: Final = 200


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
            places, lines = places_of(some, self._files), lines_of(some)
            for discrepancy in some:
                if line := lines.get((discrepancy.file_id, discrepancy.line_no)):
                    self._count_line(discrepancy, line)
                else:
                    self._count(discrepancy, place_of(discrepancy, places))

    def _count(self, discrepancy: Discrepancy, place: Place) -> None:
        for currency, part in parts_of(discrepancy, place, self._rules):
            gaps = self._gaps_of(discrepancy, currency, place)
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


def shares_of(account: ProviderAccount, known: QuerySet[Discrepancy], currency: str) -> list[Share]:
    """What all of these add to one balance in the currency beyond its lines, by class."""
    rules, shares = rules_of(account), Shares(1)
    loaded = account.settlement_files.filter(state=FileState.LOADED)
    files = frozenset(loaded.values_list("pk", flat=True))
    for some in pages(known.exclude(ours=None, theirs=None), SOME):
        places, lines = places_of(some, files), lines_of(some)
        for discrepancy in some:
            if line := lines.get((discrepancy.file_id, discrepancy.line_no)):
                own = line.settled_currency or line.currency
                parts = [(own, part_of_line(discrepancy, line, rules.get(own)))]
            else:
                parts = list(parts_of(discrepancy, place_of(discrepancy, places), rules))
            for moved, part in parts:
                if moved == currency:
                    shares.add(discrepancy, part, [0])
    return shares.of(0)


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
