"""Who plays at Stripe: a merchant's counter, where cards are kept and charged again."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import Any, Final

from orders.money import Money
from payments.providers.base import Account, CaptureRequest, CreateRequest, Outcome, ProviderRef
from payments.providers.stripe import StripeProvider
from payments.providers.stripe.http import stripe_client
from tests.fakes.cast import wanted
from tests.fakes.stripe.fake import Fake

VISA: Final = "4242424242424242"
ASKS_EACH_TIME: Final = "4000002760003184"
"""Its bank wants to know who pays, also of a kept card."""
BACK: Final = "http://shop.test/back/"
_numbers = itertools.count(1)


def an_account(fake: Fake, **given: Any) -> Account:
    merchant = fake.open_account(webhook_url="http://127.0.0.1:9/hook/", **given)
    secrets = {
        "secret_key": merchant.key,
        "publishable_key": merchant.publishable_key,
        "webhook_secret": merchant.webhook_secret,
    }
    return Account("stripe", "test", merchant.id, fake.url, secrets)


def payment_of(told: Outcome) -> ProviderRef:
    return ProviderRef(next(seen.id for seen in told.objects if seen.kind == "payment"))


@dataclass(frozen=True, slots=True)
class Counter:
    """One merchant at the stand-in, by the adapter."""

    fake: Fake
    account: Account
    provider: StripeProvider

    def asks(self, **given: Any) -> CreateRequest:
        ref = f"A{next(_numbers):020d}"
        money = Money(6000, "GBP")
        asked = CreateRequest(ref, money, f"{ref}:create", "card", "Order 1", BACK)
        return replace(asked, **given)

    def begins(self, **given: Any) -> Outcome:
        return self.provider.create(self.asks(**given))

    def sells(self, number: str = VISA, **given: Any) -> Outcome:
        """Paid on Stripe's page by this card; 3-D Secure is passed."""
        begun = self.begins(**given)
        session = payment_of(begun).value
        self.fake.pay(session, number)
        if self.provider.query(payment_of(begun)).next_action:
            self.fake.answer(str(self.fake.told(session)["payment_intent"]))
        return self.provider.query(payment_of(begun))

    def captures(self, held: Outcome, amount: int, *, final: bool) -> Outcome:
        ref, money = f"C{next(_numbers):020d}", Money(amount, "GBP")
        return self.provider.capture(
            CaptureRequest(payment_of(held), ref, money, f"{ref}:capture", final=final)
        )

    def opens_for_another_app(self, reference: str) -> None:
        """A session of the same account that is not ours, with its own reference."""
        secret, url = self.account.secrets["secret_key"], self.account.base_url
        theirs = wanted(client_reference_id=reference)
        key = f"{next(_numbers)}:{secret}"
        sdk = stripe_client(secret, url, 8.0).v1
        sdk.checkout.sessions.create(theirs, {"idempotency_key": key})

    def keeps_by_dashboard(self, card: str) -> str:
        """One of Stripe's test cards, attached to a customer by hand."""
        secret, url = self.account.secrets["secret_key"], self.account.base_url
        sdk = stripe_client(secret, url, 8.0).v1
        customer = sdk.customers.create({}, {"idempotency_key": f"customer:{card}:{secret}"}).id
        key = f"attach:{card}:{secret}"
        kept = sdk.payment_methods.attach(card, {"customer": customer}, {"idempotency_key": key})
        return f"{customer}/{kept.id}"

    def keeps(self, number: str = VISA) -> str:
        """A card that a shopper lets Stripe keep, by our name for it."""
        kept = self.sells(number, save_method=True).saved_method
        assert kept
        return kept.provider_id
