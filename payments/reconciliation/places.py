"""Where the lines of a reference stand, and what they were settled for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final

from payments.models import Discrepancy, FeeRule, SettlementLine
from payments.reconciliation.shares import Part, effects, part_of

OF_PLACE: Final = (
    *("payout_ref", "file", "stray"),
    *("gross", "currency", "settled_currency", "settled_gross"),
)


@dataclass(slots=True)
class Place:
    """The payouts that have lines of one reference.

    `abroad` is the currency in which these were settled, "" where that is their own `currency`.
    """

    payouts: set[str] = field(default_factory=set)
    currency: str = ""
    abroad: str = ""
    gross: int = 0
    settled: int = 0

    def add(self, gross: int, currency: str, abroad: str, *, settled: int) -> None:
        self.currency, self.abroad = currency, abroad
        self.gross, self.settled = self.gross + gross, self.settled + settled

    def settles(self, currency: str) -> tuple[str, Fraction]:
        """In which currency an amount of theirs is in the balance, and at which rate."""
        if self.abroad and self.gross and currency == self.currency:
            return self.abroad, Fraction(self.settled, self.gross)
        return currency, Fraction(1)


NOWHERE: Final = Place()
Places = Mapping[str, Place]
"""By reference of a line."""


def place_of(discrepancy: Discrepancy, places: Places) -> Place:
    """Of what has a line: what is missing there has none."""
    if discrepancy.theirs is None:
        return NOWHERE
    return places.get(discrepancy.reference, NOWHERE)


def places_of(some: Sequence[Discrepancy], files: Collection[int]) -> Places:
    """By reference, where their lines in these files stand."""
    refs = {each.reference for each in some if each.theirs is not None}
    by_ours = SettlementLine.objects.filter(our_ref__in=refs - {""})
    places = _places(by_ours.values_list("our_ref", *OF_PLACE), files)
    by_theirs = SettlementLine.objects.filter(our_ref="", provider_ref__in=refs - places.keys())
    named = by_theirs.values_list("provider_ref", *OF_PLACE)
    return {**_places(named, files), **places}


def _places(lines: Iterable[tuple[Any, ...]], files: Collection[int]) -> Places:
    """Of lines that count; asked of the database it would read whole files for it."""
    places: dict[str, Place] = defaultdict(Place)
    for ref, payout, file, stray, *money in lines:
        if file in files and not stray:
            places[ref].payouts.add(payout)
            gross, currency, abroad, settled = money
            if abroad:
                places[ref].add(gross, currency, abroad, settled=settled)
    return places


def parts_of(
    discrepancy: Discrepancy, place: Place, rules: Mapping[str, FeeRule]
) -> Iterator[tuple[str, Part]]:
    """What it adds to a balance beyond its lines, by the currency of the balance."""
    for amount, moved in effects(discrepancy):
        currency, rate = place.settles(moved)
        yield currency, part_of(discrepancy, amount, rules.get(currency), rate=rate)
