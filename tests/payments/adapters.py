"""Adapters that speak the sandbox's wire, with one thing about webhooks that it does not do."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from orders.money import Money
from payments.providers.base import (
    OurRef,
    Outcome,
    ParsedWebhook,
    ProviderObject,
    ProviderRef,
    RawRequest,
    Refused,
    Verdict,
    WebhookEvent,
)
from payments.providers.errors import ProviderDown
from payments.providers.payouts import PAYOUT, PayoutSeen
from payments.providers.sandbox.provider import SandboxProvider
from payments.providers.sandbox.webhook import HEADER


class AskMe(SandboxProvider):
    """Its events only say "ask me"; what it says then is set by the test."""

    asked: ClassVar[list[str]] = []
    says: ClassVar[Outcome | None] = None

    def parse_webhook(self, raw: RawRequest, now: datetime) -> ParsedWebhook:
        parsed = super().parse_webhook(raw, now)
        return replace(parsed, events=tuple(_bare(event) for event in parsed.events))

    def read_event(self, raw: RawRequest, event_id: str) -> WebhookEvent:
        return _bare(super().read_event(raw, event_id))

    def query(self, ref: ProviderRef | OurRef) -> Outcome:
        self.asked.append(ref.value)
        if self.says is None:
            raise ProviderDown("no answer", sent=True)
        return self.says


class Answering(AskMe):
    """Its events tell of the payment themselves."""

    def read_event(self, raw: RawRequest, event_id: str) -> WebhookEvent:
        return SandboxProvider.read_event(self, raw, event_id)


def _bare(event: WebhookEvent) -> WebhookEvent:
    return replace(event, outcome=None)


class SilentOnPayouts(SandboxProvider):
    """Its events are about a payout of which it says no more; where `rings`, they cannot wait."""

    rings: ClassVar[bool] = True

    def read_event(self, raw: RawRequest, event_id: str) -> WebhookEvent:  # noqa: ARG002  # each tells the same
        payout = ProviderObject(PAYOUT, "po_1")
        return WebhookEvent(event_id, "payout", objects=(payout,), heard=self.rings)


class TellsOfPayout(SilentOnPayouts):
    """And it says that this came back."""

    def query_payout(self, payout_id: str) -> PayoutSeen:
        return PayoutSeen(payout_id, Money(5890, "GBP"), came_back=True, reason="no\naccount")


class Deferring(SandboxProvider):
    """Knows at the door only that a webhook looks like one of its own."""

    down: ClassVar[bool] = False

    def parse_webhook(self, raw: RawRequest, now: datetime) -> ParsedWebhook:  # noqa: ARG002  # looked at later
        if HEADER not in raw.headers:
            return ParsedWebhook(
                Verdict.REJECTED, refused=Refused.SIGNATURE, reason="signature missing"
            )
        return ParsedWebhook(Verdict.DEFERRED, needs=(HEADER,), ack_body=b"later")

    def verify_webhook(self, raw: RawRequest, received: datetime) -> ParsedWebhook:
        if self.down:
            raise ProviderDown("no certificate", sent=True)
        return super().parse_webhook(raw, received)


class OwnIds(SandboxProvider):
    """Gives its events no id."""

    def parse_webhook(self, raw: RawRequest, now: datetime) -> ParsedWebhook:
        parsed = super().parse_webhook(raw, now)
        return replace(parsed, events=tuple(replace(e, event_id="") for e in parsed.events))

    def read_event(self, raw: RawRequest, event_id: str) -> WebhookEvent:
        return replace(super().read_event(raw, event_id), event_id=event_id)
