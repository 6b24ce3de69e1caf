"""The bank's book: payments, what became of them, and the event of each change. Minor units."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import Final

from benchmarks.chaos.bank.errors import Refused

REFUNDABLE: Final = frozenset({"captured", "authorized"})
HELD_FOR: Final = timedelta(days=7)
CODE_LIVES: Final = timedelta(minutes=5)
PAGE_LIVES: Final = timedelta(hours=24)
LATE_CARDS: Final = frozenset({"tok_late_success_after_void", "tok_late_success_disputed"})
"""Can be cancelled while they are under way, and bring the money all the same."""


@dataclass(slots=True)
class Capture:
    id: str
    reference: str
    amount: int
    created: datetime


@dataclass(slots=True)
class Refund:
    """`succeeded` that fails later has come back; `reference` is "" where the shop did not ask."""

    id: str
    reference: str
    amount: int
    created: datetime
    status: str = "succeeded"
    failure_code: str | None = None


@dataclass(slots=True)
class Dispute:
    id: str
    amount: int
    opened: datetime
    status: str = "open"
    closed: datetime | None = None
    answered: datetime | None = None


@dataclass(slots=True)
class Wanted:
    """What a shop asks for when it creates a payment."""

    reference: str
    amount: int
    currency: str
    return_url: str
    method: str
    description: str
    manual: bool
    save: bool = False
    saved: str = ""
    """Whether the card is to be kept, and the kept one that pays at once."""


@dataclass(slots=True)
class Payment:
    """`spurned`: cancelled, and captured all the same; `challenged`: the issuer asks."""

    id: str
    wanted: Wanted
    page: str
    created: datetime
    expires: datetime
    status: str = "requires_action"
    instrument: str = ""
    authorized: int = 0
    captured: int = 0
    released: int = 0
    decline_code: str | None = None
    capture_before: datetime | None = None
    lapsed: int = 0
    spurned: bool = False
    challenged: bool = False
    mistold: bool = False  # its mode, for a while
    silent: bool = False  # nothing is told of it any more, and nothing done
    saved_card: str = ""
    captures: list[Capture] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    disputes: list[Dispute] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)  # captures
    unheeded: set[str] = field(default_factory=set)  # what was asked for in vain

    @property
    def held(self) -> int:
        return self.authorized - self.captured - self.released

    @property
    def refunded(self) -> int:
        return sum(refund.amount for refund in self.refunds if refund.status == "succeeded")

    @property
    def disputed(self) -> int:
        return sum(each.amount for each in self.disputes if each.status in {"open", "lost"})

    @property
    def kept(self) -> int:
        """What the shop has of it in the end."""
        return self.captured - self.refunded - self.disputed

    @property
    def refundable(self) -> int:
        pending = sum(each.amount for each in self.refunds if each.status == "pending")
        return self.kept - pending


@dataclass(frozen=True, slots=True)
class Event:
    """One change of one payment, with the payment as it was then."""

    id: str
    kind: str
    created: datetime
    payment: str
    told: dict[str, object]


Later = tuple[datetime, int, Callable[[], None]]


class Book:
    """All payments of the one shop. Not for two threads at once: its server holds a lock."""

    def __init__(self, clock: Callable[[], datetime], url: str) -> None:
        self.now = clock
        self.url = url
        self.payments: dict[str, Payment] = {}
        self.by_page: dict[str, Payment] = {}
        self.cards: dict[str, str] = {}
        """What each saved card does, by its id."""
        self.events: list[Event] = []
        self._places: dict[str, int] = {}
        self._called: dict[str, list[Payment]] = {}
        self._later: list[Later] = []
        self._numbers = 0

    def new_id(self, prefix: str) -> str:
        self._numbers += 1
        return f"{prefix}_{self._numbers:08d}"

    def add(self, wanted: Wanted) -> Payment:
        lives = CODE_LIVES if wanted.method == "qr" else PAGE_LIVES
        payment = Payment(
            id=self.new_id("pay"),
            wanted=wanted,
            page=self.new_id("page"),
            created=self.now(),
            expires=self.now() + lives,
        )
        self.payments[payment.id] = self.by_page[payment.page] = payment
        self._called.setdefault(wanted.reference, []).append(payment)
        self.after(lives, lambda: self._expire(payment))
        return payment

    def find(self, payment_id: str) -> Payment:
        if payment_id not in self.payments:
            raise Refused(404, "not_found")
        return self.payments[payment_id]

    def called(self, reference: str) -> list[Payment]:
        return self._called.get(reference, [])

    def after(self, delay: timedelta, do: Callable[[], None]) -> None:
        """Let something happen later; whoever moves the clock calls `catch_up`."""
        self._numbers += 1
        heappush(self._later, (self.now() + delay, self._numbers, do))

    def next_due(self) -> datetime | None:
        return self._later[0][0] if self._later else None

    def catch_up(self) -> None:
        """Let happen what is due by now, the earliest first."""
        while self._later and self._later[0][0] <= self.now():
            heappop(self._later)[2]()

    def decline(self, payment: Payment, code: str) -> None:
        payment.status, payment.decline_code = "declined", code
        self.announce(payment, "payment.declined")

    def process(self, payment: Payment) -> None:
        payment.status = "processing"
        self.announce(payment, "payment.processing")

    def succeed(self, payment: Payment, captured: int | None = None) -> None:
        """The shopper's money comes: held where the shop captures by hand, else captured.

        `captured`: where that is another amount than was asked for.
        """
        payment.spurned = payment.status == "cancelled"
        payment.authorized = max(payment.wanted.amount, captured or 0)
        if payment.wanted.save:
            payment.saved_card = self.new_id("card")
            self.cards[payment.saved_card] = payment.instrument
        if payment.wanted.manual:
            payment.status, payment.capture_before = "authorized", self.now() + HELD_FOR
            self.after(HELD_FOR, lambda: self._lapse(payment))
            self.announce(payment, "payment.authorized")
        else:
            payment.status, payment.captured = "captured", captured or payment.wanted.amount
            self.announce(payment, "payment.captured")

    def capture(self, payment: Payment, *, reference: str, amount: int, final: bool) -> None:
        if payment.status != "authorized" or not payment.held:
            payment.refused.add(reference)
            raise Refused(409, "payment_not_authorized")
        if amount > payment.held:
            payment.refused.add(reference)
            raise Refused(422, "amount_too_large")
        payment.captured += amount
        payment.captures.append(Capture(self.new_id("cap"), reference, amount, self.now()))
        if final:
            payment.released += payment.held
        if not payment.held:
            payment.status, payment.capture_before = "captured", None
        self.announce(payment, "payment.captured")

    def void(self, payment: Payment) -> None:
        """Close what is not paid and release what is held; raises Refused where it is too late."""
        if payment.status == "captured":
            raise Refused(409, "payment_captured")
        if payment.status == "processing" and payment.instrument not in LATE_CARDS:
            raise Refused(409, "payment_processing")
        if payment.status == "authorized":
            self._release(payment, "cancelled", "payment.cancelled")
        elif payment.status in {"requires_action", "processing"}:
            payment.status = "cancelled"
            self.announce(payment, "payment.cancelled")

    def refund(self, payment: Payment, reference: str, amount: int) -> Refund:
        if payment.status not in REFUNDABLE or not payment.captured:
            raise Refused(409, "payment_not_captured")
        if amount > payment.refundable:
            raise Refused(422, "amount_too_large")
        refund = Refund(self.new_id("re"), reference, amount, self.now())
        payment.refunds.append(refund)
        return refund

    def move_refund(self, payment: Payment, refund: Refund, status: str) -> None:
        refund.status = status
        refund.failure_code = "account_closed" if status == "failed" else None
        self.announce(payment, f"refund.{status}")

    def open_dispute(self, payment: Payment) -> Dispute | None:
        """The shopper claims all that is left; None where nothing is."""
        if payment.refundable <= 0:
            return None
        dispute = Dispute(self.new_id("dp"), payment.refundable, self.now())
        payment.disputes.append(dispute)
        self.announce(payment, "dispute.opened")
        return dispute

    def close_dispute(self, payment: Payment, dispute: Dispute, status: str) -> None:
        dispute.status, dispute.closed = status, self.now()
        self.announce(payment, f"dispute.{status}")

    def announce(self, payment: Payment, kind: str) -> None:
        if payment.silent:
            return
        told = self.describe(payment)
        event = Event(self.new_id("evt"), kind, self.now(), payment.id, told)
        self.events.append(event)
        self._places[event.id] = len(self.events)

    def place_of(self, event_id: str) -> int:
        """How many events there are up to this one; raises Refused where there is none such."""
        if event_id not in self._places:
            raise Refused(404, "not_found")
        return self._places[event_id]

    def describe(self, payment: Payment) -> dict[str, object]:
        """The payment as the wire tells it."""
        raise NotImplementedError

    def _expire(self, payment: Payment) -> None:
        if payment.status == "requires_action":
            payment.status = "expired"
            self.announce(payment, "payment.expired")

    def _lapse(self, payment: Payment) -> None:
        if payment.held:
            payment.lapsed = payment.held
            self._release(payment, "expired", "payment.expired")

    def _release(self, payment: Payment, status: str, kind: str) -> None:
        payment.released += payment.held
        payment.capture_before = None
        payment.status = "captured" if payment.captured else status
        self.announce(payment, "payment.released" if payment.captured else kind)
