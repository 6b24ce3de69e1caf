"""What was paid out otherwise than its lines come to, by payout, in few bytes. Pure.

An account may have ten thousands of payouts, and all of them are looked at together.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from sys import intern
from typing import Final, NamedTuple

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
TICK: Final = timedelta(microseconds=1)
NEVER: Final = -(2**63)


class Paid(NamedTuple):
    """One payout: `amount` is how much more it is than its lines, which were from then to then."""

    ref: str
    currency: str
    payout_id: int
    amount: int
    first_at: datetime | None
    last_at: datetime | None
    sent_at: datetime | None


class Gaps:
    """Payouts that were sent, numbered from zero as they come; moments are in ticks."""

    def __init__(self) -> None:
        self.payout_ids, self.amounts = array("q"), array("q")
        self._first, self._last, self._sent = array("q"), array("q"), array("q")
        self._numbers: dict[str, dict[str, int]] = defaultdict(dict)
        self._ends: dict[str, tuple[array[int], array[int]]] = {}

    def __len__(self) -> int:
        return len(self.amounts)

    def add(self, paid: Paid) -> None:
        self._numbers[intern(paid.currency)][paid.ref] = len(self)
        self.payout_ids.append(paid.payout_id)
        self.amounts.append(paid.amount)
        for kept, moment in (
            (self._first, paid.first_at),
            (self._last, paid.last_at),
            (self._sent, paid.sent_at),
        ):
            kept.append(_ticks(moment))

    def sort(self) -> None:
        """Put them in the order in which their lines end; `at` asks by it."""
        self._ends = {currency: self._order(currency) for currency in self._numbers}

    def _order(self, currency: str) -> tuple[array[int], array[int]]:
        """When each ends, and which that is."""
        last, numbers = self._last, self._numbers[currency].values()
        timed = sorted(
            (number for number in numbers if last[number] != NEVER),
            key=lambda number: (last[number], self.payout_ids[number]),
        )
        return array("q", (last[number] for number in timed)), array("q", timed)

    def differing(self) -> Iterator[int]:
        """Those that were paid otherwise."""
        return (number for number, amount in enumerate(self.amounts) if amount)

    def number(self, ref: str, currency: str) -> int | None:
        return self._numbers.get(currency, {}).get(ref)

    def at(self, moment: datetime | None, currency: str) -> int | None:
        """The one among whose lines that was, or that may have gone with the lines before it."""
        if moment is None or currency not in self._ends:
            return None
        ends, numbers = self._ends[currency]
        tick = _ticks(moment)
        place = bisect_left(ends, tick)
        within = _in(numbers, place)
        if within is not None and self._first[within] <= tick:
            return within
        before = _in(numbers, place - 1)
        return before if before is not None and tick <= self._sent[before] else within


def _in(numbers: Sequence[int], place: int) -> int | None:
    return numbers[place] if 0 <= place < len(numbers) else None


def _ticks(moment: datetime | None) -> int:
    return NEVER if moment is None else (moment - EPOCH) // TICK
