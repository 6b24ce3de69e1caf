"""What an account at Stripe is, and where it tells us what happens: for who sets it up."""

from __future__ import annotations

from typing import Final

from payments.providers.base import Account
from payments.providers.errors import NotAuthorized
from payments.providers.stripe.client import StripeApi
from payments.providers.stripe.http import VERSION
from payments.providers.stripe.local import methods_of
from payments.providers.stripe.webhook import HEARD

MODES: Final = {"sk_test": "test", "rk_test": "test", "sk_live": "live", "rk_live": "live"}
TIMEOUT: Final = 20.0


def mode_of_key(key: str) -> str:
    """By how a secret key begins: "test", "live", or "" where it is none."""
    return MODES.get(key[:7], "")


def merchant_id_of(account: Account) -> str:
    """Whose key that is; raises ProviderError, NotAuthorized where Stripe does not know it."""
    api = StripeApi(account, timeout=TIMEOUT)
    return api.ask(lambda sdk: sdk.v1.accounts.retrieve_current(), "account").name("id")


def methods_at(account: Account) -> dict[str, list[str]] | None:
    """What the account can be paid by, and in which currencies; None where the key may not ask.

    Raises ProviderError where Stripe does not answer.
    """
    api = StripeApi(account, timeout=TIMEOUT)
    own = api.ask(lambda sdk: sdk.v1.accounts.retrieve_current(), "account")
    try:
        listed = api.ask(lambda sdk: sdk.v1.payment_method_configurations.list(), "methods")
    except NotAuthorized:
        return None
    return methods_of(own, listed.rows("data"))


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
