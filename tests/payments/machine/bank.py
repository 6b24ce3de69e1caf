"""The bank as it should be: an exact book of what moved, whatever anybody was told of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from orders.money import Money
from payments.providers.actions import Redirect
from payments.providers.base import (
    CaptureRequest,
    CaptureSeen,
    CreateRequest,
    DisputeSeen,
    DisputeStatus,
    Failure,
    Outcome,
    ProviderObject,
    RefundRequest,
    RefundSeen,
    RefundStatus,
    Status,
)
from payments.providers.errors import NotFound, ProviderError, ProviderRejected

WAITING: Final = frozenset({Status.REQUIRES_ACTION, Status.PROCESSING})
PAGE_LIVES, HOLD_LIVES = timedelta(minutes=30), timedelta(days=7)


@dataclass
class Booked:
    """One payment in the bank's book. Totals in minor units, of `asked.amount.currency`."""

    number: int
    asked: CreateRequest
    page_ends: datetime
    status: Status = Status.REQUIRES_ACTION
    authorized: int = 0
    captured: int = 0
    released: int = 0
    hold_ends: datetime | None = None
    captures: list[CaptureSeen] = field(default_factory=list)
    refunds: dict[str, RefundSeen] = field(default_factory=dict)
    disputes: dict[str, DisputeSeen] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return f"pay_{self.number}"

    @property
    def held(self) -> int:
        return self.authorized - self.captured - self.released

    @property
    def returned(self) -> int:
        return sum(self._amounts(RefundStatus.SUCCEEDED))

    @property
    def disputed(self) -> int:
        claims = self.disputes.values()
        return sum(each.amount.amount for each in claims if each.status != DisputeStatus.WON)

    @property
    def left(self) -> int:
        """What can still be given back."""
        pending = sum(self._amounts(RefundStatus.PENDING))
        return self.captured - self.returned - pending - self.disputed

    def _amounts(self, status: RefundStatus) -> list[int]:
        return [each.amount.amount for each in self.refunds.values() if each.status == status]

    def money(self, minor: int) -> Money:
        return Money(minor, self.asked.amount.currency)

    def told(self) -> Outcome:
        """All that is true of it now."""
        waits = self.status == Status.REQUIRES_ACTION
        return Outcome(
            status=self.status,
            our_ref=self.asked.our_ref,
            amount=self.asked.amount,
            authorized=self.authorized,
            captured=self.captured,
            released=self.released,
            capture_before=self.hold_ends if self.held else None,
            captures=tuple(self.captures),
            refunded=self.returned,
            refunds=tuple(self.refunds.values()),
            disputes=tuple(self.disputes.values()),
            objects=(ProviderObject("payment", self.id),),
            next_action=Redirect(f"https://bank/{self.id}", self.page_ends) if waits else None,
            error=Failure("declined") if self.status == Status.DECLINED else None,
            mode="test",
            merchant_id="mer_test",
        )


class Event(NamedTuple):
    """What the bank tells by webhook and feed: the payment as it was then."""

    id: str
    payment: str
    told: Outcome


@dataclass
class Bank:
    """Every payment, every event, and every key with the request and answer it stands for."""

    clock: Callable[[], datetime]
    payments: list[Booked] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    answers: dict[str, tuple[object, Outcome | ProviderError]] = field(default_factory=dict)
    breaches: list[str] = field(default_factory=list)
    starts_as: Status = Status.REQUIRES_ACTION
    refunds_as: RefundStatus = RefundStatus.SUCCEEDED

    # What a merchant asks, each with a key.

    def create(self, request: CreateRequest) -> Outcome:
        return self._once(request.key, request, lambda: self._create(request))

    def capture(self, request: CaptureRequest) -> Outcome:
        return self._once(request.key, request, lambda: self._capture(request))

    def refund(self, request: RefundRequest) -> Outcome:
        return self._once(request.key, request, lambda: self._refund(request))

    def void(self, payment: str, key: str) -> Outcome:
        return self._once(key, payment, lambda: self._void(self.find(payment)))

    def find(self, reference: str) -> Booked:
        """By the bank's id or the merchant's reference."""
        for booked in self.payments:
            if reference in {booked.id, booked.asked.our_ref}:
                return booked
        raise NotFound(reference)

    def _once(self, key: str, request: object, do: Callable[[], Outcome]) -> Outcome:
        """The same key does nothing twice and gets the first answer, refusals too."""
        if key not in self.answers:
            try:
                self.answers[key] = request, do()
            except ProviderRejected as refusal:
                self.answers[key] = request, refusal
        first, answer = self.answers[key]
        if first != request:
            self.breaches.append(f"{key}: {first} became {request}")
        if isinstance(answer, ProviderError):
            raise answer
        return answer

    def _create(self, request: CreateRequest) -> Outcome:
        booked = Booked(len(self.payments) + 1, request, self.clock() + PAGE_LIVES)
        self.payments.append(booked)
        if self.starts_as in {Status.CAPTURED, Status.AUTHORIZED}:
            self.pay(booked)
        else:
            booked.status = self.starts_as
            self.write(booked)
        return booked.told()

    def _capture(self, request: CaptureRequest) -> Outcome:
        booked = self.find(request.ref.value)
        if not 0 < request.amount.amount <= booked.held:
            raise ProviderRejected(Failure("provider_refused", "payment_not_authorized"))
        name = f"cap_{booked.number}_{len(booked.captures) + 1}"
        booked.captures.append(CaptureSeen(name, request.our_ref, request.amount))
        booked.captured += request.amount.amount
        booked.released += booked.held if request.final else 0
        booked.status = Status.AUTHORIZED if booked.held else Status.CAPTURED
        self.write(booked)
        return booked.told()

    def _refund(self, request: RefundRequest) -> Outcome:
        booked = self.find(request.ref.value)
        if request.amount.amount > booked.left:
            raise ProviderRejected(Failure("amount_too_large"))
        made = self.give_back(booked, request.amount.amount, request.our_ref)
        return Outcome(status=Status.CAPTURED, refunds=(made,))

    def _void(self, booked: Booked) -> Outcome:
        if booked.status == Status.PROCESSING or (booked.captured and not booked.held):
            raise ProviderRejected(Failure("provider_refused", "payment_captured"))
        if booked.held:
            booked.released += booked.held
            booked.status = Status.CAPTURED if booked.captured else Status.VOIDED
            self.write(booked)
        elif booked.status == Status.REQUIRES_ACTION:
            self.end(booked, Status.VOIDED)
        return booked.told()

    # What shoppers, banks and time do.

    def pay(self, booked: Booked, amount: int | None = None) -> None:
        """The money comes, or more of it, or it is held; also after an end: what banks do."""
        total = booked.asked.amount.amount if amount is None else amount
        booked.authorized = max(booked.authorized, total)
        if booked.asked.hold:
            booked.status, booked.hold_ends = Status.AUTHORIZED, self.clock() + HOLD_LIVES
        else:
            booked.status, booked.captured = Status.CAPTURED, max(booked.captured, total)
        self.write(booked)

    def end(self, booked: Booked, how: Status) -> None:
        booked.status = how
        self.write(booked)

    def lapse(self, booked: Booked) -> None:
        """Whatever is held is the shopper's again."""
        booked.released += booked.held
        booked.status = Status.CAPTURED if booked.captured else Status.EXPIRED
        self.write(booked)

    def give_back(self, booked: Booked, amount: int, our_ref: str = "") -> RefundSeen:
        """A refund; without a reference of the merchant's it was made at the bank's own site."""
        name = f"re_{booked.number}_{len(booked.refunds) + 1}"
        made = RefundSeen(name, our_ref, booked.money(amount), self.refunds_as)
        booked.refunds[name] = made
        self.write(booked)
        return made

    def move_refund(self, booked: Booked, name: str, status: RefundStatus) -> None:
        booked.refunds[name] = replace(booked.refunds[name], status=status)
        self.write(booked)

    def claim(self, booked: Booked, amount: int) -> None:
        """A dispute takes the money at once."""
        name = f"dp_{booked.number}_{len(booked.disputes) + 1}"
        booked.disputes[name] = DisputeSeen(name, booked.money(amount), DisputeStatus.OPEN)
        self.write(booked)

    def decide(self, booked: Booked, name: str, status: DisputeStatus) -> None:
        booked.disputes[name] = replace(booked.disputes[name], status=status)
        self.write(booked)

    def tick(self) -> None:
        """What ends by itself: pages that nobody used, and holds."""
        for booked in self.payments:
            if booked.status == Status.REQUIRES_ACTION and booked.page_ends <= self.clock():
                self.end(booked, Status.EXPIRED)
            if booked.held and booked.hold_ends and booked.hold_ends <= self.clock():
                self.lapse(booked)

    def write(self, booked: Booked) -> None:
        self.events.append(Event(f"evt_{len(self.events) + 1}", booked.id, booked.told()))
