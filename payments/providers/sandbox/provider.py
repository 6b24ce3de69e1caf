"""The sandbox bank behind the provider seam."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import IO, Any, ClassVar

from payments.providers.base import (
    Account,
    CaptureRequest,
    CreateRequest,
    EventPage,
    OurRef,
    Outcome,
    ParsedWebhook,
    ProviderRef,
    RawRequest,
    RefundRequest,
    WebhookEvent,
)
from payments.providers.capabilities import Capabilities, Flow, MethodCapability
from payments.providers.errors import NotAuthorized, NotFound
from payments.providers.evidence import EvidenceRequest
from payments.providers.sandbox import webhook
from payments.providers.sandbox.client import SandboxClient
from payments.providers.sandbox.mapping import (
    evidence_outcome,
    read_found,
    read_payment,
    refund_outcome,
)
from payments.providers.sandbox.report import SandboxReport, parse_report
from payments.providers.told import read_json

REASON = 200
MOST = 999_999_999_999
"""The largest amount that the bank takes, in minor units."""


class SandboxProvider:
    """Wire format: docs/sandbox.md."""

    capabilities: ClassVar[Capabilities] = Capabilities(
        methods=(
            MethodCapability("card", can_save=True, can_hold=True, maximum=MOST),
            MethodCapability("wallet", can_hold=True, maximum=MOST),
            MethodCapability("qr", flow=Flow.QR, maximum=MOST),
            MethodCapability("bank_debit", flow=Flow.SLOW, maximum=MOST),
        ),
        idempotency_window=timedelta(days=30),
        absence_is_proof=True,
        event_feed=True,
    )

    def __init__(self, account: Account, *, timeout: float = 8.0) -> None:
        if account.mode != "test":
            raise NotAuthorized("the sandbox bank knows no live accounts")
        self._account = account
        self._client = SandboxClient(account, timeout=timeout)

    def create(self, request: CreateRequest) -> Outcome:
        body: dict[str, Any] = {
            "reference": request.our_ref,
            "method": request.method,
            "amount": request.amount.amount,
            "currency": request.amount.currency,
            "description": request.description,
            "return_url": request.return_url,
        }
        if request.saved_method:
            body["saved_card"] = request.saved_method
        elif request.save_method:
            body["save_card"] = True
        if request.hold:
            body["capture"] = "manual"
        return read_payment(self._client.post("/v1/payments", body, key=request.key))

    def capture(self, request: CaptureRequest) -> Outcome:
        body = {
            "reference": request.our_ref,
            "amount": request.amount.amount,
            "final": request.final,
        }
        path = f"/v1/payments/{request.ref.value}/captures"
        return read_payment(self._client.post(path, body, key=request.key))

    def refund(self, request: RefundRequest) -> Outcome:
        body = {
            "reference": request.our_ref,
            "amount": request.amount.amount,
            "reason": "".join(c if c.isprintable() else " " for c in request.reason)[:REASON],
        }
        path = f"/v1/payments/{request.ref.value}/refunds"
        return refund_outcome(self._client.post(path, body, key=request.key))

    def submit_evidence(self, request: EvidenceRequest) -> Outcome:
        path = f"/v1/disputes/{request.dispute_id}/evidence"
        return evidence_outcome(self._client.post(path, asdict(request.texts), key=request.key))

    def void(self, ref: ProviderRef, key: str) -> Outcome:
        return read_payment(self._client.post(f"/v1/payments/{ref.value}/void", {}, key=key))

    def query(self, ref: ProviderRef | OurRef) -> Outcome:
        if isinstance(ref, ProviderRef):
            return read_payment(self._client.get(f"/v1/payments/{ref.value}"))
        found = self._client.get("/v1/payments", reference=ref.value)
        if not found.items("data"):
            raise NotFound(ref.value)
        return read_found(found)

    def forget_method(self, saved_method: str, key: str) -> None:
        self._client.delete(f"/v1/saved_cards/{saved_method}", key=key)

    def parse_webhook(self, raw: RawRequest, now: datetime) -> ParsedWebhook:
        return webhook.parse_webhook(self._account, raw, now)

    def read_event(self, raw: RawRequest, event_id: str) -> WebhookEvent:  # noqa: ARG002  # the bank sends one event a body
        return webhook.read_event(read_json(raw.body))

    def list_events(self, cursor: str, since: datetime) -> EventPage:  # noqa: ARG002  # the bank lists from the first
        after = {"after": cursor} if cursor else {}
        return webhook.read_page(self._client.get("/v1/events", **after), cursor)

    def fetch_report(self, day: date) -> AbstractContextManager[IO[bytes]]:
        """The report of a day in UTC; raises ProviderDown before that day is over."""
        return self._client.download("/v1/reports/settlement", day=day.isoformat())

    def parse_report(self, text: Iterator[str]) -> SandboxReport:
        return parse_report(text)
