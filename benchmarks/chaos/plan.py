"""Who comes, what they do and what goes wrong for them: fixed by the seed. Pure."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from benchmarks.chaos.faults import EVERYWHERE, KINDS, Kind, Strike


class Story(StrEnum):
    """What becomes of one order."""

    PAYS = "pays"
    DECLINED_THEN_PAYS = "declined_then_pays"
    ABANDONS = "abandons"
    CANCELS_AT_BANK = "cancels_at_bank"
    LEFT_PAYMENT_SUCCEEDS = "left_payment_succeeds"
    CANCELLED_PAYMENT_SUCCEEDS = "cancelled_payment_succeeds"
    ORDERS_TWICE = "orders_twice"
    PAYS_IN_TWO_BROWSERS = "pays_in_two_browsers"
    REFUNDED = "refunded"
    REFUNDED_IN_PART = "refunded_in_part"
    REFUNDED_AT_BANK = "refunded_at_bank"
    CANCELLED_BY_STAFF = "cancelled_by_staff"
    DISPUTED = "disputed"
    CAPTURED = "captured"
    CAPTURED_IN_PART = "captured_in_part"
    CAPTURED_IN_TWO = "captured_in_two"
    CAPTURE_REFUSED = "capture_refused"
    RELEASED = "released"
    LAPSES = "lapses"
    REST_LAPSES = "rest_lapses"
    REFUSES_CHALLENGE = "refuses_challenge"
    PAYS_BY_SAVED_CARD = "pays_by_saved_card"
    SHORT_ACCEPTED = "short_accepted"
    SHORT_GIVEN_BACK = "short_given_back"
    SHORT_REST_PAID = "short_rest_paid"
    SHORT_REST_UNPAID = "short_rest_unpaid"
    MISTOLD = "mistold"
    SILENCE = "silence"
    SENT = "sent"
    RETURNED = "returned"
    PIECE_PUT_BACK = "piece_put_back"
    APPROVED = "approved"
    REJECTED = "rejected"
    APPROVED_WHILE_CANCELLED = "approved_while_cancelled"
    ANSWERED = "answered"
    PAYS_TOO_LATE = "pays_too_late"


HOLDS: Final = frozenset(
    {
        Story.CAPTURED,
        Story.CAPTURED_IN_PART,
        Story.CAPTURED_IN_TWO,
        Story.CAPTURE_REFUSED,
        Story.RELEASED,
        Story.LAPSES,
        Story.REST_LAPSES,
    }
)
"""Paid in a shop that lets the bank hold the money first."""

WAYS: Final = {
    "wal_approve": "wallet",
    "wal_slow": "wallet",
    "wal_decline": "wallet",
    "qr_approve": "qr",
    "qr_approve_late": "qr",
    "deb_approve": "bank_debit",
    "deb_return": "bank_debit",
}
"""The way to pay of each token that is not a card's."""

DECK: Final[tuple[tuple[Story, str], ...]] = (
    *[(Story.PAYS, "tok_approve")] * 5,
    *[(Story.PAYS, token) for token in ("tok_3ds", "tok_captures_more")],
    (Story.REFUSES_CHALLENGE, "tok_3ds"),
    *[(Story.PAYS_BY_SAVED_CARD, token) for token in ("tok_approve", "tok_3ds")],
    (Story.SHORT_ACCEPTED, "tok_wrong_amount"),
    (Story.SHORT_GIVEN_BACK, "tok_partial_capture"),
    (Story.SHORT_REST_PAID, "tok_partial_capture"),
    (Story.SHORT_REST_UNPAID, "tok_wrong_amount"),
    (Story.MISTOLD, "tok_wrong_mode"),
    (Story.SILENCE, "tok_approve"),
    *[(Story.PAYS, "wal_approve")] * 2,
    *[(Story.PAYS, token) for token in ("wal_slow", "qr_approve", "qr_approve_late")],
    (Story.PAYS, "deb_approve"),
    *[(Story.DECLINED_THEN_PAYS, "tok_decline_generic")] * 2,
    (Story.DECLINED_THEN_PAYS, "tok_decline_lost_card"),
    (Story.DECLINED_THEN_PAYS, "wal_decline"),
    (Story.ABANDONS, "tok_approve"),
    (Story.ABANDONS, "qr_approve"),
    (Story.ABANDONS, "wal_approve"),
    (Story.ABANDONS, "deb_return"),
    (Story.CANCELS_AT_BANK, "tok_approve"),
    (Story.LEFT_PAYMENT_SUCCEEDS, "tok_late_success_after_void"),
    (Story.LEFT_PAYMENT_SUCCEEDS, "tok_late_success_disputed"),
    (Story.CANCELLED_PAYMENT_SUCCEEDS, "tok_late_success_after_void"),
    *[(Story.ORDERS_TWICE, "tok_approve")] * 2,
    *[(Story.PAYS_IN_TWO_BROWSERS, "tok_approve")] * 2,
    *[(Story.REFUNDED, "tok_approve")] * 2,
    (Story.REFUNDED, "tok_refund_pending"),
    (Story.REFUNDED, "tok_refund_pending_then_failed"),
    *[(Story.REFUNDED, "tok_refund_fails_later")] * 2,
    *[(Story.REFUNDED_IN_PART, "tok_approve")] * 2,
    (Story.REFUNDED_IN_PART, "tok_dispute_lost"),
    (Story.REFUNDED_AT_BANK, "tok_approve"),
    *[(Story.CANCELLED_BY_STAFF, "tok_approve")] * 2,
    (Story.DISPUTED, "tok_dispute_won"),
    (Story.DISPUTED, "tok_dispute_lost"),
    *[(Story.CAPTURED, "tok_approve")] * 2,
    (Story.CAPTURED_IN_PART, "wal_approve"),
    (Story.CAPTURED_IN_TWO, "tok_approve"),
    (Story.CAPTURE_REFUSED, "tok_capture_fails"),
    (Story.RELEASED, "tok_approve"),
    (Story.LAPSES, "tok_approve"),
    (Story.REST_LAPSES, "tok_approve"),
    (Story.SENT, "wal_approve"),
    *[(Story.RETURNED, "tok_approve")] * 2,
    (Story.PIECE_PUT_BACK, "tok_approve"),
    *[(Story.APPROVED, "tok_approve")] * 2,
    (Story.REJECTED, "tok_approve"),
    *[(Story.APPROVED_WHILE_CANCELLED, "tok_approve")] * 2,
    *[(Story.ANSWERED, token) for token in ("tok_dispute_won", "tok_dispute_lost")],
)
"""So many orders of a seed are these, shuffled, and so are the next."""

IN_PARTS: Final = frozenset({Story.REFUNDED_IN_PART, Story.CAPTURED_IN_TWO})
"""Where a second one would go unnoticed by a bank that only minds the sum."""
DEAR: Final = frozenset({Story.APPROVED, Story.REJECTED, Story.APPROVED_WHILE_CANCELLED})
"""Where so much is bought that one person alone may not give it back."""
HEAP: Final = 120
APPROVE_ABOVE: Final = "70.00"
"""Three of the dearest pieces cost less, and more than half of the cheapest heap costs more."""
SCARCE: Final = "CHAOS-SCARCE"
PLENTY: Final = 1_000_000
UNLUCKY: Final = 0.35
LOST_ANSWERS: Final = (Strike.TIMEOUT_AFTER, Strike.BANK_500_AFTER, Strike.KILL_AFTER_CALL)
"""The bank did it, and the shop does not know."""
AMBUSHES: Final = (
    *(None, Strike.TIMEOUT_BEFORE, Strike.BANK_500_BEFORE, Strike.KILL_BEFORE_CALL),
    *LOST_ANSWERS,
)
ARRIVE_WITHIN: Final = 5.0
THINK: Final = (1.0, 25.0)


@dataclass(frozen=True, slots=True)
class Deck:
    """What can happen in a shop of this provider: its orders, and by which means each is paid.

    `ways`: how the shop calls those that are not a card's. `strikes` happen to any call or commit,
    `ambushes` to the one that sends a refund or capture; `kinds` must all have taken effect.
    `idle`: tasks that have nothing to do there.
    """

    provider: str
    orders: tuple[tuple[Story, str], ...]
    ways: Mapping[str, str]
    strikes: tuple[Strike, ...]
    ambushes: tuple[Strike | None, ...]
    kinds: Collection[Kind]
    idle: frozenset[str] = frozenset()

    def method(self, token: str) -> str:
        return f"{self.provider}/{self.ways.get(token, 'card')}"


SANDBOX: Final = Deck("sandbox", DECK, WAYS, EVERYWHERE, AMBUSHES, KINDS)


@dataclass(frozen=True, slots=True)
class Errand:
    """One shopper: `number` in the seed's plan, what happens, and the thoughts in between.

    `strikes` are what happens to the shop at this shopper's first visits that give occasion,
    `ambush` what happens to the worker that sends the refund or capture of this order.
    """

    name: str
    number: int
    story: Story
    token: str
    method: str
    arrives: float
    pieces: int
    sku: str
    strikes: tuple[Strike, ...]
    ambush: Strike | None

    @property
    def manual(self) -> bool:
        return self.story in HOLDS

    def thoughts(self) -> random.Random:
        """The same chances every time this errand is run."""
        return random.Random(f"{self.name}:thoughts")  # noqa: S311  # no secret


def shelves(checkouts: int) -> dict[str, int]:
    """Plenty of everything but one, which is sold out when half have come."""
    plenty = {f"CHAOS-{n:02d}": PLENTY for n in range(11)}
    return plenty | {SCARCE: checkouts // len(plenty) + 1}


def make_plan(seed: str, start: int, checkouts: int, deck: Deck = SANDBOX) -> list[Errand]:  # noqa: PLR0917  # a part of one plan
    """The errands START to START + CHECKOUTS of a seed, in the order of their arrival."""
    size = len(deck.orders)
    turns = range(start // size, (start + checkouts - 1) // size + 1)
    orders = {turn: _shuffled(seed, turn, deck) for turn in turns}
    moments = _arrivals(seed, start, checkouts)
    return [
        _errand(deck, f"{seed}:{number}", orders[number // size][number % size], arrives=moment)
        for number, moment in zip(range(start, start + checkouts), moments, strict=True)
    ]


def _shuffled(seed: str, turn: int, deck: Deck) -> list[tuple[Story, str]]:
    orders = list(deck.orders)
    random.Random(f"{seed}:{turn}:deck").shuffle(orders)  # noqa: S311  # no secret
    return orders


def _arrivals(seed: str, start: int, checkouts: int) -> list[float]:
    """Seconds from the beginning of the run."""
    moment, moments = 0.0, []
    for number in range(start, start + checkouts):
        moment += random.Random(f"{seed}:{number}:arrival").uniform(0.5, ARRIVE_WITHIN)  # noqa: S311  # no secret
        moments.append(moment)
    return moments


def _errand(deck: Deck, name: str, order: tuple[Story, str], *, arrives: float) -> Errand:
    chance = random.Random(name)  # noqa: S311  # no secret
    struck = (chance.choice(deck.strikes),) if chance.random() < UNLUCKY else ()
    pieces, goods = chance.randint(1, 3), list(shelves(0))
    if dear := order[0] in DEAR:
        goods.remove(SCARCE)
    return Errand(
        name=name,
        number=int(name.rpartition(":")[2]),
        story=order[0],
        token=order[1],
        method=deck.method(order[1]),
        arrives=arrives,
        pieces=HEAP if dear else pieces,
        sku=chance.choice(goods),
        strikes=struck,
        ambush=chance.choice(LOST_ANSWERS if order[0] in IN_PARTS else deck.ambushes),
    )
