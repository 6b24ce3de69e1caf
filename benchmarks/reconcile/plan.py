"""What happened, and what is wrong in which book: a stream of operations by seed, no database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Final, NamedTuple

BEGIN: Final = datetime(2026, 1, 1, tzinfo=UTC)
DAYS: Final = 30
LATE_DAYS: Final = 3
"""As the account has it: what is missing for less than that is only late."""
BLOCK: Final = 2000
"""Operations that are paid out together, in each currency."""
CURRENCIES: Final = (*("GBP",) * 4, "EUR")
METHODS: Final = ("card", "card", "wallet", "qr")
PERCENT, FIXED = Decimal("1.4"), 20
MERCHANT, MODE = "mer_bench", "test"
KINDS: Final = (("capture", "refund", "refund_reversed", "dispute"), (940, 50, 5, 5))
"""Of a thousand operations."""
EDGE: Final = 10
"""So many at each end of a block keep their lines: the time of a payout is that of its lines."""
SHARE: Final = 0.001
"""Of all lines, for each kind of fault that is about a line."""
SHARE_OF_PAYOUTS: Final = 0.05
ANY_TIME: Final = (
    "missing_in_ledger",
    "amount",
    "currency",
    "fee",
    "duplicate_in_provider",
    "duplicate_in_ledger",
    "wrong_account_or_mode",
)
EARLY_FAULTS: Final = ("missing_in_provider", "unparseable_line")
LATE_FAULTS: Final = ("timing",) * 10


class Booked(NamedTuple):
    """One entry that our ledger has: its key, its attempt, and what it moved at the provider."""

    kind: str
    key: str
    attempt: str
    currency: str
    amount: int
    at: str


class Known(NamedTuple):
    """An attempt of ours, the provider's id of it, and a refund of it that is still pending."""

    ref: str
    provider_ref: str
    pending_refund: str


@dataclass(slots=True)
class Operation:
    """One thing that happened at the provider; fee in minor units."""

    kind: str
    ref: str
    provider_ref: str
    method: str
    currency: str
    gross: int
    fee: Decimal
    at: datetime
    payout: str
    attempt: str
    on_edge: bool = False

    @property
    def named(self) -> str:
        """As the file names it: a dispute is known by the provider's id."""
        return "" if self.kind.startswith("dispute") else self.ref

    @property
    def subject(self) -> str:
        ref = self.ref if self.named else f"#{self.provider_ref}"
        return f"{self.kind.removesuffix('_reversal')}:{ref}"


def operations(lines: int, seed: str) -> Iterator[Operation]:
    """So many, the oldest first: captures, and refunds and disputes of those just made."""
    dice = Random(f"{seed}:operations")  # noqa: S311  # no secret
    step = timedelta(days=DAYS) / lines
    last: list[Operation] = []
    for number in range(lines):
        at = (BEGIN + step * number).replace(microsecond=0)
        block = number // BLOCK
        made = _made(dice, f"{number:08X}{dice.getrandbits(48):012X}", last)
        made.at, made.payout = at, f"po_{block:06d}_{made.currency}"
        made.on_edge = not EDGE < number % BLOCK < BLOCK - EDGE
        if made.kind == "capture":
            last.append(made)
            del last[:-50]
        yield made


def _kind(dice: Random, last: list[Operation]) -> str:
    return dice.choices(*KINDS)[0] if last else "capture"


def _made(dice: Random, name: str, last: list[Operation]) -> Operation:
    kind = _kind(dice, last)
    if kind == "capture":
        gross = dice.randrange(200, 20_000)
        currency, method = dice.choice(CURRENCIES), dice.choice(METHODS)
        fee = (gross * PERCENT / 100 + FIXED).quantize(Decimal("0.0001"))
        ref = f"A{name}"
        ids = f"pay_{name.lower()}", method, currency
        return Operation(kind, ref, *ids, gross, fee, BEGIN, "", ref)
    of = last.pop(dice.randrange(len(last)))
    sign = 1 if kind == "refund_reversed" else -1
    back = sign * dice.randrange(100, of.gross + 1)
    prefix = "dp" if kind == "dispute" else "re"
    ids = f"{prefix}_{name.lower()}", of.method, of.currency
    return Operation(kind, f"R{name}", *ids, back, Decimal(0), BEGIN, "", of.attempt)


def fault_of(dice: Random, made: Operation, place: float) -> str:
    """The fault of an operation, "" for most; each only where it can be.

    `place`: how far in the plan it is, from 0 to 1. The rare ones are as many in all as the others:
    one day in ten is late, one line in twenty a refund.
    """
    roll = int(dice.random() / SHARE)
    if made.kind == "refund":
        return "status" if roll < 1000 // KINDS[1][1] else ""
    if made.kind != "capture":
        return ""
    own = LATE_FAULTS if place >= 1 - LATE_DAYS / DAYS else EARLY_FAULTS
    faults = own + ANY_TIME
    if roll >= len(faults) or (made.on_edge and roll < len(own)):
        return ""
    return faults[roll]
