"""What single discrepancies add to a payout beyond its lines, and how surely.

Nothing is tolerated but rounding. A real difference would hide in what adds up line by line, so of
a fee that is guessed there is no more room than to its next whole minor unit: half a unit at most,
and none where the agreed fee is whole. The tolerance of the account's rule is about one line's fee.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
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
ROUNDING: Final = Decimal(1)
"""Of a payout: what was sent is whole minor units, and so is what its lines come to."""


class Part(NamedTuple):
    """What one discrepancy adds to the gap of a payout, and how surely; minor units."""

    amount: Decimal
    tolerance: Decimal


@dataclass(slots=True)
class Share:
    """What the discrepancies of one class add to the gap of a payout, and how surely."""

    amount: Decimal = Decimal(0)
    tolerance: Decimal = Decimal(0)
    ids: list[int] = field(default_factory=list)
    elsewhere: dict[int, Part] = field(default_factory=dict)
    """Those that may be of another payout as well."""

    def add(self, pk: int, part: Part) -> None:
        self.amount += part.amount
        self.tolerance += part.tolerance
        self.ids.append(pk)

    def without(self, used: set[int]) -> Share:
        """The same without what explains another payout."""
        gone = used & self.elsewhere.keys()
        if not gone:
            return self
        parts = [self.elsewhere[pk] for pk in gone]
        return Share(
            self.amount - sum((part.amount for part in parts), Decimal(0)),
            self.tolerance - sum((part.tolerance for part in parts), Decimal(0)),
            [pk for pk in self.ids if pk not in gone],
            {pk: part for pk, part in self.elsewhere.items() if pk not in gone},
        )


def effects(discrepancy: Discrepancy) -> Iterator[tuple[int, str]]:
    """By how much a payout is more than its lines because of it, in which currency."""
    ours, theirs = discrepancy.ours or 0, discrepancy.theirs or 0
    if discrepancy.our_currency:
        yield ours, discrepancy.our_currency
        yield -theirs, discrepancy.currency
    else:
        yield ours - theirs, discrepancy.currency


def part_of(discrepancy: Discrepancy, amount: int, rule: FeeRule | None) -> Part:
    """What lines that are not there, or are too many, would have added, less the agreed fees."""
    times, fee = _fees(discrepancy, amount, rule)
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


def _fees(discrepancy: Discrepancy, amount: int, rule: FeeRule | None) -> tuple[int, Decimal]:
    """How many fees the provider took, or below zero gives back, and each of them."""
    if discrepancy.kind == DiscrepancyKind.AMOUNT:
        return 0, Decimal(0)
    if discrepancy.kind == DiscrepancyKind.DUPLICATE_IN_PROVIDER and discrepancy.ours:
        times = amount // discrepancy.ours
        return times, expected_fee(discrepancy.about, discrepancy.ours, rule)
    fee = expected_fee(discrepancy.about, abs(amount), rule)
    return (1 if amount > 0 else -1), fee
