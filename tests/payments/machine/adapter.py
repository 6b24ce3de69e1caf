"""The adapter that speaks to the model bank, through whatever weather there is."""

from __future__ import annotations

import enum
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import ClassVar

from payments.providers.base import (
    Account,
    CaptureRequest,
    CreateRequest,
    EventPage,
    OurRef,
    Outcome,
    ParsedWebhook,
    ProviderObject,
    ProviderRef,
    RawRequest,
    RefundRequest,
    Verdict,
    WebhookEvent,
)
from payments.providers.capabilities import Capabilities, Flow, MethodCapability
from payments.providers.errors import ProviderDown
from tests.payments.machine.bank import Bank, Event

PATH = "tests.payments.machine.adapter.ModelProvider"


class Weather(enum.Enum):
    """What becomes of a call."""

    CLEAR = enum.auto()
    UNREACHED = enum.auto()
    LOST = enum.auto()
    UNHEARD = enum.auto()
    """It is done, and its answer lost."""
    DELAYED = enum.auto()
    """It gets there when the bank looks for it, long after we gave up."""


class Line:
    """The line to the bank: what is next to go wrong on it, and what is still under way."""

    def __init__(self, bank: Bank) -> None:
        self.bank = bank
        self.weather: deque[Weather] = deque()
        self.late: deque[Callable[[], Outcome]] = deque()

    def call(self, do: Callable[[], Outcome]) -> Outcome:
        weather = self.weather.popleft() if self.weather else Weather.CLEAR
        if weather == Weather.UNREACHED:
            raise ProviderDown("no connection", sent=False)
        if weather == Weather.DELAYED:
            self.late.append(do)
        if weather in {Weather.LOST, Weather.DELAYED}:
            raise ProviderDown("no answer", sent=True)
        answer = do()
        if weather == Weather.UNHEARD:
            raise ProviderDown("the answer was lost", sent=True)
        return answer


def as_webhook(event: Event, *, bare: bool) -> WebhookEvent:
    """With all that was true, or only the reference: "ask me"."""
    return WebhookEvent(
        event_id=f"{event.id}{'_bare' * bare}",
        kind="payment",
        our_ref="" if bare else event.told.our_ref,
        objects=(ProviderObject("payment", event.payment),),
        outcome=None if bare else event.told,
        body=event.id.encode(),
    )


class ModelProvider:
    """As payments.providers.base.Provider has it."""

    line: ClassVar[Line]
    capabilities = Capabilities(
        methods=(
            MethodCapability("card", can_hold=True),
            MethodCapability("qr", Flow.QR),
            MethodCapability("bank_debit", Flow.SLOW),
        ),
        idempotency_window=timedelta(days=1),
        absence_is_proof=True,
        event_feed=True,
    )

    def __init__(self, account: Account, *, timeout: float) -> None:
        self.account, self.timeout = account, timeout

    def create(self, request: CreateRequest) -> Outcome:
        return self.line.call(lambda: self.line.bank.create(request))

    def capture(self, request: CaptureRequest) -> Outcome:
        return self.line.call(lambda: self.line.bank.capture(request))

    def refund(self, request: RefundRequest) -> Outcome:
        return self.line.call(lambda: self.line.bank.refund(request))

    def void(self, ref: ProviderRef, key: str) -> Outcome:
        return self.line.call(lambda: self.line.bank.void(ref.value, key))

    def query(self, ref: ProviderRef | OurRef) -> Outcome:
        return self.line.call(lambda: self.line.bank.find(ref.value).told())

    def parse_webhook(self, raw: RawRequest, now: datetime) -> ParsedWebhook:  # noqa: ARG002  # of the protocol
        return ParsedWebhook(Verdict.VERIFIED, (self.read_event(raw, raw.body.decode()),))

    def read_event(self, raw: RawRequest, event_id: str) -> WebhookEvent:  # noqa: ARG002  # of the protocol
        number = event_id.removesuffix("_bare").removeprefix("evt_")
        event = self.line.bank.events[int(number) - 1]
        return as_webhook(event, bare=event_id.endswith("_bare"))

    def list_events(self, cursor: str, since: datetime) -> EventPage:  # noqa: ARG002  # of the protocol
        after = int(cursor or 0)
        page = self.line.bank.events[after : after + 100]
        told = tuple(as_webhook(event, bare=False) for event in page)
        end = after + len(page)
        return EventPage(told, str(end), more=end < len(self.line.bank.events))
