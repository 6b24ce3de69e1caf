"""What single discrepancies add to a payout beyond its lines, and how surely.

Nothing is tolerated but rounding. A real difference would hide in what adds up line by line, so of
a fee that is guessed there is no more room than to its next whole minor unit: half a unit at most,
and none where the agreed fee is whole. The tolerance of the account's rule is about one line's fee.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Final, NamedTuple

from payments.models import Discrepancy, FeeRule, SettlementLine
from payments.models.discrepancy import DiscrepancyKind
from payments.reconciliation.fees import expected_fee

WRONG: Final = frozenset(
    {
        DiscrepancyKind.AMOUNT,
        DiscrepancyKind.CURRENCY,
        DiscrepancyKind.DUPLICATE_IN_PROVIDER,
    }
)
"""The line is there, and says something else than the payout was made of."""
LEFT_OUT: Final = frozenset({DiscrepancyKind.MISSING_IN_PROVIDER, DiscrepancyKind.TIMING})
"""There is no line, but the payout may have the money."""
UNREAD: Final = frozenset({DiscrepancyKind.UNPARSEABLE_LINE})
UNKNOWN: Final = frozenset({DiscrepancyKind.MISSING_IN_LEDGER})
"""The line may be of money that never was."""
MISPRICED: Final = frozenset({DiscrepancyKind.FEE})
"""Another fee stands in the line than the provider may have kept."""
FOREIGN: Final = frozenset({DiscrepancyKind.WRONG_ACCOUNT_OR_MODE})
"""The line counts for nothing, but the payout that it names may have the money."""
CLASSES: Final = (WRONG, LEFT_OUT, UNREAD, UNKNOWN, MISPRICED, FOREIGN)
"""All of a class explain a payout, or none: enough single lines would come to any sum."""
ROUNDING: Final = 1
"""Of a payout, in minor units: what was sent is whole, and so is what its lines come to."""
UNIT: Final = 10**6
"""A minor unit, as amounts are added up here: fees have six places at most, agreed ones too."""


class Part(NamedTuple):
    """What one discrepancy adds to the gap of a payout, and how surely; minor units."""

    amount: Decimal
    tolerance: Decimal


class Share(NamedTuple):
    """What the discrepancies of one class add to the gap of a payout; millionths of minor units."""

    slot: int
    amount: int
    tolerance: int


class Shared(NamedTuple):
    """A discrepancy whose lines stand in several payouts, and all slots where it counts."""

    pk: int
    part: Part
    slots: list[int]


class Shares:
    """What is known of lines, by payout and class, in few bytes: there may be 100,000 of them.

    A payout has a slot for each class; payouts are numbered from zero.
    """

    def __init__(self, payouts: int) -> None:
        slots = payouts * len(CLASSES)
        self._amounts, self._tolerances = [0] * slots, [0] * slots
        self._counts = array("l", [0]) * slots
        self._ids, self._slots = array("q"), array("q")
        self._shared: dict[int, list[Shared]] = {}
        self._dropped = set[tuple[int, int]]()

    def add(self, discrepancy: Discrepancy, part: Part, payouts: Sequence[int]) -> None:
        """Count it for each of these: it is of one of them, and nobody knows of which."""
        (place,) = [number for number, kinds in enumerate(CLASSES) if discrepancy.kind in kinds]
        slots = [number * len(CLASSES) + place for number in payouts]
        for slot in slots:
            self._ids.append(discrepancy.pk)
            self._slots.append(slot)
            self._count(slot, part, 1)
            if len(slots) > 1:
                self._shared.setdefault(slot, []).append(Shared(discrepancy.pk, part, slots))

    def of(self, number: int) -> list[Share]:
        """Of one payout, the classes of which it has any."""
        begin = number * len(CLASSES)
        return [
            Share(slot, self._amounts[slot], self._tolerances[slot])
            for slot in range(begin, begin + len(CLASSES))
            if self._counts[slot]
        ]

    def use(self, slots: Collection[int]) -> None:
        """These explain their payout, so what is in them explains no other one."""
        for own in slots:
            for shared in self._shared.get(own, ()):
                if (shared.pk, own) not in self._dropped:
                    self._drop(shared, but=own)

    def _drop(self, shared: Shared, *, but: int) -> None:
        for slot in shared.slots:
            if slot != but and (shared.pk, slot) not in self._dropped:
                self._dropped.add((shared.pk, slot))
                self._count(slot, shared.part, -1)

    def ids(self, slots: Collection[int]) -> Iterator[tuple[int, int]]:
        """The keys of what is in these, in their order, each with the number of its payout."""
        found: tuple[int, int] | None = None
        for pk, slot in zip(self._ids, self._slots, strict=True):
            if slot in slots and (pk, slot) not in self._dropped:
                if found and found[0] != pk:
                    yield found
                found = pk, slot // len(CLASSES)
        if found:
            yield found

    def _count(self, slot: int, part: Part, sign: int) -> None:
        self._amounts[slot] += sign * _millionths(part.amount)
        self._tolerances[slot] += sign * _millionths(part.tolerance)
        self._counts[slot] += sign


def _millionths(minor: Decimal) -> int:
    return int((minor * UNIT).to_integral_value(ROUND_HALF_UP))


def effects(discrepancy: Discrepancy) -> Iterator[tuple[int, str]]:
    """By how much a payout is more than its lines because of it, in which currency."""
    ours, theirs = discrepancy.ours or 0, discrepancy.theirs or 0
    if discrepancy.our_currency:
        yield ours, discrepancy.our_currency
        yield -theirs, discrepancy.currency
    else:
        yield ours - theirs, discrepancy.currency


def part_of(
    discrepancy: Discrepancy, amount: int, rule: FeeRule | None, *, rate: Fraction = Fraction(1)
) -> Part:
    """What lines that are not there, or are too many, would have added, less the agreed fees.

    `rate`: what one unit of the amount is in the balance, where that is in another currency.
    """
    times, one = _fees_of(discrepancy, amount)
    fee = expected_fee(discrepancy.about, _whole(one * rate), rule)
    amount = _whole(amount * rate)
    return Part(amount - times * fee, abs(times) * _rounding(fee))


def part_of_line(discrepancy: Discrepancy, line: SettlementLine, rule: FeeRule | None) -> Part:
    """What one line adds that counts for nothing, or the agreed fee in the place of its own."""
    gross = (line.settled_gross if line.settled_currency else line.gross) or 0
    if discrepancy.kind in FOREIGN:
        return Part(gross - line.fee, Decimal(0))
    agreed = expected_fee(line.kind, gross, rule)
    return Part(line.fee - agreed, _rounding(agreed))


def _rounding(fee: Decimal) -> Decimal:
    """By how much a fee is another where the provider takes it in whole minor units."""
    return abs(fee - fee.quantize(Decimal(1), ROUND_HALF_UP))


def _fees_of(discrepancy: Discrepancy, amount: int) -> tuple[int, int]:
    """How many fees the provider took, or below zero gives back, and of how much each is."""
    if discrepancy.kind == DiscrepancyKind.AMOUNT:
        return 0, 0
    if discrepancy.kind == DiscrepancyKind.DUPLICATE_IN_PROVIDER and discrepancy.ours:
        return amount // discrepancy.ours, discrepancy.ours
    return (1 if amount > 0 else -1), abs(amount)


def _whole(amount: Fraction) -> int:
    exactly = Decimal(amount.numerator) / amount.denominator
    return int(exactly.quantize(Decimal(1), ROUND_HALF_UP))
