"""What the keys of an account at Stripe say, and whose they are: for who sets it up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from payments.providers.base import Account
from payments.providers.errors import KeyRefusal, NotAuthorized
from payments.providers.findings import Finding, well, wrong
from payments.providers.stripe.client import StripeApi
from payments.providers.stripe.keys import (
    SIGNING_START,
    is_publishable,
    is_signing,
    mode_of_key,
    publishable_start,
)
from payments.providers.stripe.local import methods_of

TIMEOUT: Final = 20.0
PUBLISHABLE: Final = "publishable_key"
WEBHOOK: Final = "webhook_secret"
CONNECT: Final = "take both keys of one mode from the dashboard and run connect_stripe"


def merchant_id_of(account: Account) -> str:
    """Whose key that is; raises ProviderError, NotAuthorized where Stripe does not know it."""
    if not account.secrets["secret_key"].isascii():  # no header could carry it
        raise NotAuthorized("no key of Stripe's", KeyRefusal())
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


def examine_keys(account: Account, *, own_page: bool) -> Iterator[Finding]:
    """Whether the keys are there and of the account's mode, by how they begin."""
    yield _secret_key(account)
    yield _publishable_key(account, needed=own_page)


def _secret_key(account: Account) -> Finding:
    about, key = "secret key", account.secrets.get("secret_key", "")
    if not key:
        return wrong(about, "none", CONNECT)
    mode = mode_of_key(key)
    if not mode:
        return wrong(about, "begins with none of sk_test_, sk_live_, rk_test_, rk_live_", CONNECT)
    if mode != account.mode:
        told = f"it is of {mode} mode, and the account of {account.mode} mode"
        return wrong(about, told, f"{CONNECT}; the other mode is an account of its own (--code)")
    return well(about, f"{key[:8]}…, {mode} mode")


def _publishable_key(account: Account, *, needed: bool) -> Finding:
    about, key = "publishable key", account.secrets.get(PUBLISHABLE, "")
    if not key and needed:
        return wrong(about, "none, and Stripe's fields on our own page need it", CONNECT)
    if not key:
        return well(about, "none, and none is needed on Stripe's page")
    start = publishable_start(account.mode)
    if not key.startswith(start):
        return wrong(about, f"does not begin with {start} as in this mode", CONNECT)
    if not is_publishable(key, account.mode):
        return wrong(about, f"is no whole key: {start} and letters and digits", CONNECT)
    return well(about, f"{start}…, {account.mode} mode")


def misfits(account: Account) -> Mapping[str, str]:
    """By the name of a given key or secret: how it has to begin, where it can be none.

    Of the secret key, which Stripe is asked about, nothing is said.
    """
    found = {}
    for name, value in account.secrets.items():
        if name == PUBLISHABLE and not is_publishable(value, account.mode):
            found[name] = publishable_start(account.mode)
        if name == WEBHOOK and not is_signing(value):
            found[name] = SIGNING_START
    return found
