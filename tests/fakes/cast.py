"""Who and what the tests of the stand-in begin with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, cast

import httpx
import stripe

from tests.fakes.stripe.fake import Fake
from tests.fakes.stripe.opening import Merchant

if TYPE_CHECKING:
    from stripe.params.checkout import SessionCreateParams

SHOP: Final = "https://shop.example"
VISA: Final = "4242424242424242"
DECLINED: Final = "4000000000000002"
CHALLENGED: Final = "4000002760003184"


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 2, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def forward(self, **by: float) -> None:
        self.time += timedelta(**by)


def client_of(fake: Fake, key: str) -> stripe.StripeClient:
    """The SDK, without its own patience."""
    return stripe.StripeClient(
        key, base_addresses={"api": fake.url, "files": fake.url}, max_network_retries=0
    )


def wanted(amount: int = 1500, currency: str = "gbp", **more: Any) -> SessionCreateParams:
    """What a shop asks for a hosted page of one line; `amount` in minor units."""
    line = {
        "quantity": 1,
        "price_data": {
            "currency": currency,
            "unit_amount": amount,
            "product_data": {"name": "Tea"},
        },
    }
    asked: dict[str, Any] = {
        "mode": "payment",
        "line_items": [line],
        "success_url": f"{SHOP}/thanks?session={{CHECKOUT_SESSION_ID}}",
        **more,
    }
    return cast("SessionCreateParams", asked)


@dataclass(frozen=True, slots=True)
class Shop:
    """A merchant at the stand-in, with the SDK and the clock."""

    fake: Fake
    clock: Clock
    merchant: Merchant
    api: stripe.V1Services

    def session(self, amount: int = 1500, **more: Any) -> stripe.checkout.Session:
        return self.api.checkout.sessions.create(wanted(amount, **more))

    def paid(self, number: str = VISA, **more: Any) -> stripe.PaymentIntent:
        """The intent of a session that was paid on its page by that card."""
        session = self.session(**more)
        self.fake.pay(session.id, number)
        return self.intent_of(session.id)

    def held(self, amount: int = 1500) -> stripe.PaymentIntent:
        """As `paid`, to be captured by hand."""
        return self.paid(amount=amount, payment_intent_data={"capture_method": "manual"})

    def intent_of(self, session: str) -> stripe.PaymentIntent:
        """With its charge, and the money of it."""
        expand = ["payment_intent.latest_charge.balance_transaction"]
        told = self.api.checkout.sessions.retrieve(session, {"expand": expand})
        return cast("stripe.PaymentIntent", told.payment_intent)

    def intent(self, wanted: str) -> stripe.PaymentIntent:
        expand = ["latest_charge.balance_transaction"]
        return self.api.payment_intents.retrieve(wanted, {"expand": expand})

    def charge(self, intent: str) -> stripe.Charge:
        return cast("stripe.Charge", self.intent(intent).latest_charge)

    def kinds(self) -> list[str]:
        """The types of all events, the oldest first."""
        return [str(each.type) for each in self.api.events.list({"limit": 100}).data][::-1]

    def money(self) -> list[tuple[str, int, int]]:
        """Type, net and fee of each balance transaction, the oldest first, in minor units."""
        booked = self.api.balance_transactions.list({"limit": 100}).data
        return [(str(each.type), each.net, each.fee) for each in booked][::-1]

    def listen(self, *events: str) -> stripe.WebhookEndpoint:
        """An endpoint for these types, or for all; nobody is at home there."""
        asked: Any = {"url": "http://127.0.0.1:9/hook", "enabled_events": list(events) or ["*"]}
        return self.api.webhook_endpoints.create(asked)

    def press(self, url: str | None, **form: str) -> httpx.Response:
        """A button of a page of Stripe's."""
        assert url
        return httpx.post(url, data={"pay_with": "card", **form}, trust_env=False)

    def raw(self, method: str, path: str, **more: Any) -> httpx.Response:
        """A request without the SDK, with its headers unless `headers` say otherwise."""
        headers = {
            "Authorization": f"Bearer {self.merchant.key}",
            "Stripe-Version": stripe.api_version,
            **more.pop("headers", {}),
        }
        url = self.fake.url + path
        return httpx.request(method, url, headers=headers, trust_env=False, **more)


def refused(error: stripe.StripeError) -> tuple[int | None, str | None, str | None]:
    """Status, code and parameter of a refusal."""
    told = error.error
    code, param = (told.code, told.param) if told else (None, None)
    return error.http_status, code, param


def headers(error: stripe.StripeError) -> dict[str, str]:
    assert error.headers is not None
    return dict(error.headers)
