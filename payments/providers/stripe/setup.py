"""What an account at Stripe is, and where it tells us what happens: for who sets it up."""

from __future__ import annotations

from typing import Final

from payments.providers.base import Account
from payments.providers.stripe.client import StripeApi
from payments.providers.stripe.http import VERSION
from payments.providers.stripe.webhook import HEARD

TIMEOUT: Final = 20.0


def merchant_id_of(account: Account) -> str:
    """Whose key that is; raises ProviderError, NotAuthorized where Stripe does not know it."""
    api = StripeApi(account, timeout=TIMEOUT)
    return api.ask(lambda sdk: sdk.v1.accounts.retrieve_current(), "account").name("id")


def create_endpoint(account: Account, url: str, *, key: str) -> str:
    """Have Stripe tell us of all that moves money; its signing secret. The same key makes one."""
    api = StripeApi(account, timeout=TIMEOUT)
    told = api.ask(
        lambda sdk: sdk.v1.webhook_endpoints.create(
            {"url": url, "enabled_events": list(HEARD), "api_version": VERSION},
            {"idempotency_key": key},
        ),
        "webhook endpoint",
    )
    return told.name("secret")
