"""What an account at Stripe is, and where it tells us what happens: for who sets it up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from payments.providers.base import Account
from payments.providers.stripe.client import StripeApi
from payments.providers.stripe.http import VERSION
from payments.providers.stripe.webhook import HEARD

MODES: Final = {"sk_test": "test", "rk_test": "test", "sk_live": "live", "rk_live": "live"}
TIMEOUT: Final = 20.0


@dataclass(frozen=True, slots=True)
class Merchant:
    """Whose key it is. `charges`: whether Stripe lets the account charge anybody."""

    id: str
    country: str
    currency: str
    charges: bool


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where Stripe sends events of an account; its secret is told once, when it is made."""

    id: str
    url: str
    secret: str = ""


def mode_of_key(key: str) -> str:
    """By how a secret key begins: "test", "live", or "" where it is none."""
    return MODES.get(key[:7], "")


def merchant_of(account: Account) -> Merchant:
    """Whose key that is; raises ProviderError, NotAuthorized where Stripe does not know it."""
    api = StripeApi(account, timeout=TIMEOUT)
    told = api.ask(lambda sdk: sdk.v1.accounts.retrieve_current(), "account")
    return Merchant(
        told.name("id"),
        told.maybe_text("country"),
        told.maybe_text("default_currency").upper(),
        told.flag("charges_enabled"),
    )


def create_endpoint(account: Account, url: str, *, key: str) -> Endpoint:
    """Have Stripe tell us of all that moves money; the same key makes one."""
    api = StripeApi(account, timeout=TIMEOUT)
    told = api.ask(
        lambda sdk: sdk.v1.webhook_endpoints.create(
            {"url": url, "enabled_events": list(HEARD), "api_version": VERSION},
            {"idempotency_key": key},
        ),
        "webhook endpoint",
    )
    return Endpoint(told.name("id"), url, told.name("secret"))
