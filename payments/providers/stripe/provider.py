"""Stripe behind the provider seam."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, ClassVar, Final

from payments.providers.base import (
    Account,
    CaptureRequest,
    CreateRequest,
    EventPage,
    Failure,
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
from payments.providers.stripe import asked, webhook
from payments.providers.stripe.amounts import LONGEST, MINIMUMS, STEPS
from payments.providers.stripe.bill import discount_of
from payments.providers.stripe.client import Answered, AuthenticationNeeded, StripeApi
from payments.providers.stripe.kept import KeptCard
from payments.providers.stripe.mapping import (
    Seen,
    read_dispute,
    read_facts,
    read_intent,
    read_refund,
    read_session,
)
from payments.providers.told import Told

if TYPE_CHECKING:
    from stripe import StripeClient
    from stripe.params import EventListParams

PAGE: Final = 100
PAGES: Final = 5
"""So many pages of the newest sessions are looked through for one whose answer was lost."""
CHARGE: Final = "latest_charge.refunds"
SESSION: Final = f"payment_intent.{CHARGE}"
SCRIPTS: Final = "https://js.stripe.com"
RENMINBI: Final = frozenset({"AUD", "CAD", "CNY", "EUR", "GBP", "HKD", "JPY", "NZD", "SGD", "USD"})
"""What Alipay and WeChat Pay take through Stripe, according to the account's country."""


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
            MethodCapability("alipay", currencies=RENMINBI, minimums=MINIMUMS, maximum=LONGEST),
            MethodCapability("wechat_pay", currencies=RENMINBI, minimums=MINIMUMS, maximum=LONGEST),
        ),
        idempotency_window=timedelta(hours=23),
        event_feed=True,
        webhook_secrets=("webhook_secret",),
        fields=Fields(
            script=f"{SCRIPTS}/endive/stripe.js",
            module="payments/stripe.js",
            frames=(SCRIPTS, "https://*.js.stripe.com", "https://hooks.stripe.com"),
            calls=("https://api.stripe.com", SCRIPTS),
        ),
    )

    def __init__(self, account: Account, *, timeout: float = 8.0) -> None:
        self._account = account
        self._api = StripeApi(account, timeout=timeout)

    def create(self, request: CreateRequest) -> Outcome:
        if request.saved_method:
            return self._charge(request)
        params = asked.session_params(request)
        if discount_of(request).amount:
            self._make_coupon(request)
        session = self._api.ask(
            lambda sdk: sdk.v1.checkout.sessions.create(params, {"idempotency_key": request.key}),
            "session",
        )
        return read_session(session, Seen())

    def capture(self, request: CaptureRequest) -> Outcome:
        intent, params = self._intent_of(request.ref), asked.capture_params(request)
        captured = self._api.ask(
            lambda sdk: sdk.v1.payment_intents.capture(
                intent, {**params, "expand": [CHARGE]}, {"idempotency_key": request.key}
            ),
            "capture",
        )
        return read_facts(captured, Seen())

    def refund(self, request: RefundRequest) -> Outcome:
        params = asked.refund_params(request, self._intent_of(request.ref))
        refund = self._api.ask(
            lambda sdk: sdk.v1.refunds.create(params, {"idempotency_key": request.key}), "refund"
        )
        return Outcome(status=Status.CAPTURED, refunds=(read_refund(refund),))

    def submit_evidence(self, request: EvidenceRequest) -> Outcome:
        evidence = asked.evidence_params(request.texts)
        dispute = self._api.ask(
            lambda sdk: sdk.v1.disputes.update(
                request.dispute_id,
                {"evidence": evidence, "submit": True},
                {"idempotency_key": request.key},
            ),
            "dispute",
        )
        return Outcome(status=Status.CAPTURED, disputes=(read_dispute(dispute),))

    def void(self, ref: ProviderRef, key: str) -> Outcome:
        """Close the page, or let go what is held; raises ProviderRejected where it is paid."""
        if _is_session(ref):
            session = self._session(ref.value)
            if session.text("status") == "open":
                return self._expire(ref, key)
        return self._cancel(ref, key)

    def query(self, ref: ProviderRef | OurRef) -> Outcome:
        if isinstance(ref, OurRef):
            return self._find(ref.value)
        if _is_session(ref):
            return self._read_session(self._session(ref.value))
        return self._read_intent(self._intent(ref.value))

    def forget_method(self, saved_method: str, key: str) -> None:
        card = KeptCard.named(saved_method).card
        self._api.ask(
            lambda sdk: sdk.v1.payment_methods.detach(card, {}, {"idempotency_key": key}), "card"
        )

    def parse_webhook(self, raw: RawRequest, now: datetime) -> ParsedWebhook:
        return webhook.parse_webhook(self._account, raw, now)

    def read_event(self, raw: RawRequest, event_id: str) -> WebhookEvent:  # noqa: ARG002  # one event a body
        return webhook.read_event(webhook.read_body(raw.body))

    def list_events(self, cursor: str) -> EventPage:
        params: EventListParams = {"limit": PAGE}
        if cursor:
            params["ending_before"] = cursor
        told = self._api.ask(lambda sdk: sdk.v1.events.list(params), "events")
        return webhook.read_page(told, cursor)

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
        key = f"{request.key}:step-up"
        return self._api.ask(
            lambda sdk: sdk.v1.payment_intents.confirm(
                intent,
                {"return_url": request.return_url, "expand": [CHARGE]},
                {"idempotency_key": key},
            ),
            "payment",
        )

    def _make_coupon(self, request: CreateRequest) -> None:
        params, key = asked.coupon_params(request), f"{request.key}:coupon"
        self._api.ask(lambda sdk: sdk.v1.coupons.create(params, {"idempotency_key": key}), "coupon")

    def _expire(self, ref: ProviderRef, key: str) -> Outcome:
        session = self._api.ask(
            lambda sdk: sdk.v1.checkout.sessions.expire(
                ref.value, {"expand": [SESSION]}, {"idempotency_key": key}
            ),
            "session",
        )
        return self._read_session(session)

    def _cancel(self, ref: ProviderRef, key: str) -> Outcome:
        intent = self._intent_of(ref)
        told = self._api.ask(
            lambda sdk: sdk.v1.payment_intents.cancel(
                intent, {"expand": [CHARGE]}, {"idempotency_key": key}
            ),
            "payment",
        )
        return read_facts(told, self._seen(told))

    def _find(self, ours: str) -> Outcome:
        """By our reference: among the newest sessions, and by a search, which is a minute late."""
        if session := self._newest(ours):
            return self._read_session(session)
        query = f"metadata['{asked.OUR_REF}']:'{ours}'"
        expand = [f"data.{CHARGE}"]
        found = self._api.ask(
            lambda sdk: sdk.v1.payment_intents.search({"query": query, "expand": expand}), "search"
        )
        for intent in found.rows("data"):
            return self._read_intent(intent)
        raise NotFound(ours)

    def _newest(self, ours: str) -> Told | None:
        pages = self._pages(lambda sdk, page: sdk.v1.checkout.sessions.list(page), "sessions")
        for sessions in islice(pages, PAGES):
            for session in sessions:
                if session.maybe_text("client_reference_id") == ours:
                    return self._session(session.name("id"))
        return None

    def _pages(
        self, listing: Callable[[StripeClient, Any], Answered], about: str, **of: str
    ) -> Iterator[list[Told]]:
        """What a list of Stripe's holds, page by page."""
        page: dict[str, object] = {"limit": PAGE, **of}
        more = True
        while more:
            told = self._api.ask(partial(_listed, listing, page), about)
            rows, more = told.rows("data"), told.flag("has_more")
            yield rows
            if not rows:
                return
            page = {**page, "starting_after": rows[-1].name("id")}

    def _session(self, name: str) -> Told:
        return self._api.ask(
            lambda sdk: sdk.v1.checkout.sessions.retrieve(name, {"expand": [SESSION]}), "session"
        )

    def _intent(self, name: str) -> Told:
        return self._api.ask(
            lambda sdk: sdk.v1.payment_intents.retrieve(name, {"expand": [CHARGE]}), "payment"
        )

    def _intent_of(self, ref: ProviderRef) -> str:
        """The PaymentIntent behind a session; raises ProviderRejected where nobody has paid yet."""
        if not _is_session(ref):
            return ref.value
        session = self._api.ask(lambda sdk: sdk.v1.checkout.sessions.retrieve(ref.value), "session")
        if intent := session.maybe_id("payment_intent"):
            return intent
        raise ProviderRejected(Failure("provider_refused", "not paid"))

    def _read_session(self, session: Told) -> Outcome:
        intent = session.maybe_row("payment_intent")
        return read_session(session, self._seen(intent) if intent else Seen())

    def _read_intent(self, intent: Told) -> Outcome:
        return read_intent(intent, self._seen(intent))

    def _seen(self, intent: Told) -> Seen:
        """All refunds of a payment, and its disputes where it has any."""
        charge = intent.maybe_row("latest_charge")
        if charge is None:
            return Seen()
        refunds = charge.row("refunds")
        listed, name = refunds.rows("data"), intent.name("id")
        if refunds.flag("has_more"):
            listed = self._all_refunds(name)
        disputes = self._disputes(name) if charge.flag("disputed") else ()
        return Seen(listed, disputes)

    def _all_refunds(self, intent: str) -> list[Told]:
        pages = self._pages(
            lambda sdk, page: sdk.v1.refunds.list(page), "refunds", payment_intent=intent
        )
        return list(chain.from_iterable(pages))

    def _disputes(self, intent: str) -> list[Told]:
        pages = self._pages(
            lambda sdk, page: sdk.v1.disputes.list(page), "disputes", payment_intent=intent
        )
        return list(chain.from_iterable(pages))


def _listed(
    listing: Callable[[StripeClient, Any], Answered], page: object, sdk: StripeClient
) -> Answered:
    return listing(sdk, page)


def _is_session(ref: ProviderRef) -> bool:
    return ref.value.startswith("cs_")
