"""What a payment and its attempts are, from their money and what was seen last: rules, no rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from payments.providers.base import Status
from payments.states import (
    ATTEMPT_NEXT,
    BY_WEBHOOK,
    IN_FLIGHT,
    OBSERVED,
    AttemptStatus,
    PaymentStatus,
)

Seen = TypeVar("Seen")


@dataclass(frozen=True, slots=True)
class Facts:
    """The money of one attempt, and the newest observation of it."""

    authorized: int
    captured: int
    released: int
    newest: AttemptStatus


@dataclass(frozen=True, slots=True)
class Rule(Generic[Seen]):
    """One line of a projection: where `holds` is true first, this is the status."""

    status: str
    says: str
    holds: Callable[[Seen], bool]


ATTEMPT_RULES: Final[tuple[Rule[Facts], ...]] = (
    Rule(AttemptStatus.CAPTURED, "anything was captured", lambda it: it.captured > 0),
    Rule(
        AttemptStatus.AUTHORIZED,
        "more is authorized than was released",
        lambda it: it.authorized > it.released,
    ),
    Rule(
        AttemptStatus.EXPIRED,
        "all was released, and the provider calls it expired",
        lambda it: it.released > 0 and it.newest == AttemptStatus.EXPIRED,
    ),
    Rule(AttemptStatus.VOIDED, "all was released", lambda it: it.released > 0),
)
"""What money makes of an attempt: the first line that holds, else the newest observation."""


def heard(current: AttemptStatus, outcome: Status, *, source: str) -> AttemptStatus:
    """What the newest observation makes of an attempt, as far as no money speaks."""
    newest = OBSERVED.get(outcome)
    table = BY_WEBHOOK if source == "webhook" else ATTEMPT_NEXT
    return newest if newest in table[current] else current


def attempt_status(
    *, authorized: int, captured: int, released: int, newest: AttemptStatus
) -> AttemptStatus:
    """The status of one attempt: facts about money first, else the newest observation."""
    facts = Facts(authorized, captured, released, newest)
    return AttemptStatus(next((r.status for r in ATTEMPT_RULES if r.holds(facts)), newest))


@dataclass(frozen=True, slots=True)
class Tried:
    """What an attempt adds to its payment; `refunded` is net of what came back."""

    status: AttemptStatus
    amount: int
    captured: int = 0
    surplus: int = 0
    refunded: int = 0
    superseded: bool = False
    held: int = 0
    charged_as_asked: bool = False
    """A hold of which we captured all that we wanted, and nothing is held any more."""
    gone: int = 0
    """What went back of an accepted part before its order was confirmed."""


@dataclass(frozen=True, slots=True)
class Sums:
    """What the attempts of a payment add up to; `kept` of what was captured belongs to the order.

    Surplus and its refunds count for nothing: a second charge that went back leaves a paid payment
    paid. `left` are the statuses of attempts the shopper has not left, `ended` what its dead order
    makes of it.
    """

    amount: int
    kept: int
    returned: int
    settled: int
    left: Sequence[AttemptStatus]
    ended: PaymentStatus | None = None


def _is_dead(end: PaymentStatus) -> Callable[[Sums], bool]:
    return lambda it: it.ended == end


PAYMENT_RULES: Final[tuple[Rule[Sums], ...]] = (
    Rule(
        PaymentStatus.REFUNDED,
        "all that the order kept has gone back",
        lambda it: 0 < it.kept <= it.returned,
    ),
    Rule(
        PaymentStatus.PARTIALLY_PAID,
        "money of the order came, but less than is owed",
        lambda it: it.kept > 0 and it.settled < it.amount,
    ),
    Rule(
        PaymentStatus.PARTIALLY_REFUNDED,
        "paid, and a part has gone back",
        lambda it: it.kept > 0 and it.returned > 0,
    ),
    Rule(
        PaymentStatus.PAID,
        "all that is owed came, or nothing is owed",
        lambda it: it.kept > 0 or it.amount == 0,
    ),
    Rule(PaymentStatus.CANCELLED, "its order is cancelled", _is_dead(PaymentStatus.CANCELLED)),
    Rule(PaymentStatus.EXPIRED, "its order has expired", _is_dead(PaymentStatus.EXPIRED)),
    Rule(
        PaymentStatus.AUTHORIZED,
        "a bank holds money for it",
        lambda it: AttemptStatus.AUTHORIZED in it.left,
    ),
    Rule(
        PaymentStatus.PROCESSING,
        "an attempt is in flight",
        lambda it: not IN_FLIGHT.isdisjoint(it.left),
    ),
    Rule(
        PaymentStatus.FAILED,
        "the last attempt was declined",
        lambda it: it.left[-1:] == [AttemptStatus.DECLINED],
    ),
    Rule(PaymentStatus.OPEN, "nothing of that", lambda _it: True),
)
"""What a payment is; the first line that holds decides."""


def payment_status(
    *, amount: int, attempts: Sequence[Tried], ended: PaymentStatus | None = None
) -> PaymentStatus:
    """The status of a payment from its attempts, oldest first; `ended` where its order is dead."""
    sums = Sums(
        amount=amount,
        kept=sum(each.captured - each.surplus for each in attempts),
        returned=sum(max(0, each.refunded - each.surplus) for each in attempts),
        settled=settled(attempts),
        left=[each.status for each in attempts if not each.superseded],
        ended=ended,
    )
    return PaymentStatus(next(rule.status for rule in PAYMENT_RULES if rule.holds(sums)))


def settled(attempts: Sequence[Tried]) -> int:
    """What was captured as asked and belongs to the order."""
    return sum(
        a.amount - a.gone
        for a in attempts
        if a.captured - a.surplus == a.amount or a.charged_as_asked
    )


def promised(attempts: Sequence[Tried]) -> int:
    """What banks hold of the whole amounts asked for, of attempts the shopper has not left.

    What was charged of it meanwhile counts too: it may be seen before the hold is.
    """
    return sum(
        a.amount
        for a in attempts
        if a.held and a.held + a.captured - a.surplus >= a.amount and not a.superseded
    )
