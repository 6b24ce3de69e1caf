"""Stripe behind the provider seam."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from functools import partial
from typing import IO, TYPE_CHECKING, ClassVar, Final

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
    Status,
    WebhookEvent,
)
from payments.providers.capabilities import Capabilities, Fields, MethodCapability
from payments.providers.errors import NotFound, ProviderRejected
from payments.providers.evidence import EvidenceRequest
from payments.providers.findings import Finding, Site
from payments.providers.payouts import PayoutSeen
from payments.providers.stripe import asked, domain, endpoint, events, payout, setup, webhook
from payments.providers.stripe.amounts import LONGEST, MINIMUMS, STEPS
from payments.providers.stripe.burnt import by_next_key
from payments.providers.stripe.client import AuthenticationNeeded, StripeApi
from payments.providers.stripe.day import DayReports
from payments.providers.stripe.declines import CODES
from payments.providers.stripe.evidence import send_evidence
from payments.providers.stripe.examine import examine
from payments.providers.stripe.kept import KeptCard
from payments.providers.stripe.local import wallet_of_china
from payments.providers.stripe.mapping import (
    Seen,
    read_facts,
    read_intent,
    read_refund,
)
from payments.providers.stripe.opening import open_session
from payments.providers.stripe.reader import CHARGE, SESSION, Reader, is_session
from payments.providers.stripe.report import StripeReport, parse_report
from payments.providers.told import Told, read_json

if TYPE_CHECKING:
    from stripe.params import PaymentIntentCaptureParams

SCRIPTS: Final = "https://js.stripe.com"


class StripeProvider:
    """Checkout Sessions for what a shopper types, PaymentIntents for what Stripe keeps."""

    capabilities: ClassVar[Capabilities] = Capabilities(
        methods=(
            MethodCapability(
                "card",
                can_save=True,
                can_hold=True,
                can_embed=True,
                minimums=MINIMUMS,
                steps=STEPS,
                maximum=LONGEST,
            ),
            wallet_of_china("alipay"),
            wallet_of_china("wechat_pay"),
        ),
        idempotency_window=timedelta(hours=23),
        absence_is_proof=True,
        event_feed=True,
        shared=True,
        webhook_secrets=("webhook_secret",),
        fields=Fields(
            script=f"{SCRIPTS}/endive/stripe.js",
            module="payments/stripe.js",
            frames=(SCRIPTS, "https://*.js.stripe.com", "https://hooks.stripe.com"),
            calls=("https://api.stripe.com", SCRIPTS),
            pages=("https://checkout.stripe.com",),
            declines=CODES,
        ),
    )

    def __init__(self, account: Account, *, timeout: float = 8.0) -> None:
        self._account = account
        self._api = StripeApi(account, timeout=timeout)
        self._reader = Reader(self._api)
        self._reports = DayReports(self._api, account, timeout=timeout)

    def create(self, request: CreateRequest) -> Outcome:
        if request.saved_method:
            return self._charge(request)
        return open_session(self._api, request)

    def capture(self, request: CaptureRequest) -> Outcome:
        intent = self._reader.intent_of(request.ref)
        send = partial(self._capture, intent, asked.capture_params(request))
        if not request.final:  # by another key it could be one more
            return read_facts(send(request.key), Seen())

        def taken() -> Told | None:
            told = self._reader.intent(intent)
            return None if told.text("status") == "requires_capture" else told

        return read_facts(by_next_key(request.key, send, taken), Seen())

    def refund(self, request: RefundRequest) -> Outcome:
        params = asked.refund_params(request, self._reader.intent_of(request.ref))
        refund = self._api.ask(
            lambda sdk: sdk.v1.refunds.create(params, {"idempotency_key": request.key}), "refund"
        )
        return Outcome(status=Status.CAPTURED, refunds=(read_refund(refund),))

    def submit_evidence(self, request: EvidenceRequest) -> Outcome:
        return send_evidence(self._api, request)

    def void(self, ref: ProviderRef, key: str) -> Outcome:
        """Close the page, or let go what is held; raises ProviderRejected where it is paid."""
        if not is_session(ref):
            return self._cancel(ref.value, key)
        session = self._reader.session(ref.value)
        if session.text("status") == "open":
            return self._expire(ref, key)
        intent = session.maybe_row("payment_intent")
        if session.text("status") == "expired" or intent is None:
            return self._reader.read_session(session)
        return self._cancel(intent.name("id"), f"{key}:cancel")

    def query(self, ref: ProviderRef | OurRef) -> Outcome:
        if isinstance(ref, OurRef):
            return self._reader.find(ref)
        if is_session(ref):
            return self._reader.read_session(self._reader.session(ref.value))
        return self._reader.read_intent(self._reader.intent(ref.value))

    def query_payout(self, payout_id: str) -> PayoutSeen:
        return payout.query_payout(self._api, payout_id)

    def forget_method(self, saved_method: str, key: str) -> None:
        card = KeptCard.named(saved_method).card
        try:
            self._api.ask(
                lambda sdk: sdk.v1.payment_methods.detach(card, {}, {"idempotency_key": key}),
                "card",
            )
        except ProviderRejected as error:
            if error.failure.code != "saved_card_gone":
                raise
            raise NotFound(card) from None

    def parse_webhook(self, raw: RawRequest, now: datetime) -> ParsedWebhook:
        return webhook.parse_webhook(self._account, raw, now)

    def read_event(self, raw: RawRequest, event_id: str) -> WebhookEvent:  # noqa: ARG002  # one event a body
        return webhook.read_event(read_json(raw.body))

    def list_events(self, cursor: str, since: datetime) -> EventPage:
        return events.list_events(self._api, cursor, since)

    def fetch_report(self, day: date) -> AbstractContextManager[IO[bytes]] | None:
        return self._reports.fetch(day)

    def parse_report(self, text: Iterator[str]) -> StripeReport:
        return parse_report(text)

    @staticmethod
    def merchant_id_of(account: Account) -> str:
        return setup.merchant_id_of(account)

    @staticmethod
    def misfits(account: Account) -> Mapping[str, str]:
        return setup.misfits(account)

    @staticmethod
    def examine_keys(account: Account, *, own_page: bool) -> Iterator[Finding]:
        return setup.examine_keys(account, own_page=own_page)

    def examine(self, site: Site) -> Iterator[Finding]:
        return examine(self._api, self._account, site)

    def listen(self, site: Site) -> Mapping[str, str]:
        return endpoint.listen(self._api, self._account, site)

    def register_domain(self, site: Site) -> None:
        domain.register_domain(self._api, site)

    def _charge(self, request: CreateRequest) -> Outcome:
        """Charge a kept card; where its bank wants to know who pays, the shopper goes there."""
        params = asked.intent_params(request)
        try:
            intent = self._api.ask(
                lambda sdk: sdk.v1.payment_intents.create(
                    {**params, "expand": [CHARGE]}, {"idempotency_key": request.key}
                ),
                "payment",
            )
        except AuthenticationNeeded as error:
            intent = self._step_up(error.intent, request)
        return read_intent(intent, Seen())

    def _step_up(self, intent: str, request: CreateRequest) -> Told:
        key, card = f"{request.key}:step-up", KeptCard.named(request.saved_method).card
        return self._api.ask(
            lambda sdk: sdk.v1.payment_intents.confirm(
                intent,
                {"payment_method": card, "return_url": request.return_url, "expand": [CHARGE]},
                {"idempotency_key": key},
            ),
            "payment",
        )

    def _capture(self, intent: str, params: PaymentIntentCaptureParams, key: str) -> Told:
        return self._api.ask(
            lambda sdk: sdk.v1.payment_intents.capture(
                intent, {**params, "expand": [CHARGE]}, {"idempotency_key": key}
            ),
            "capture",
        )

    def _expire(self, ref: ProviderRef, key: str) -> Outcome:
        def send(key: str) -> Told:
            return self._api.ask(
                lambda sdk: sdk.v1.checkout.sessions.expire(
                    ref.value, {"expand": [SESSION]}, {"idempotency_key": key}
                ),
                "session",
            )

        def expired() -> Told | None:
            told = self._reader.session(ref.value)
            return told if told.says("status", "expired") else None

        return self._reader.read_session(by_next_key(key, send, expired))

    def _cancel(self, intent: str, key: str) -> Outcome:
        def send(key: str) -> Told:
            return self._api.ask(
                lambda sdk: sdk.v1.payment_intents.cancel(
                    intent, {"expand": [CHARGE]}, {"idempotency_key": key}
                ),
                "payment",
            )

        def cancelled() -> Told | None:
            told = self._reader.intent(intent)
            return told if told.says("status", "canceled") else None

        told = by_next_key(key, send, cancelled)
        return read_facts(told, self._reader.seen(told))
