"""What Stripe says of an account, asked in one round: nothing is changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Final

import stripe

from payments.providers.base import Account
from payments.providers.errors import KeyRefusal, NotAuthorized, ProviderError
from payments.providers.findings import Finding, Site, doubtful, well, wrong
from payments.providers.stripe.client import Answered, StripeApi
from payments.providers.stripe.domain import examine_domain
from payments.providers.stripe.endpoint import examine_endpoint
from payments.providers.stripe.setup import CONNECT
from payments.providers.stripe.webhook import TOLERANCE_SECONDS
from payments.providers.told import Told

KEY: Final = "secret key"
AGAIN: Final = "try again"
OFTEN: Final = "Stripe is asked too often, or something on the way refuses: try again"
UNREACHED: Final = "is the network up, and may this machine call api.stripe.com by https?"
DASHBOARD: Final = "https://dashboard.stripe.com/account/status says what is wanted"
SKEW, TOO_MUCH = timedelta(seconds=30), timedelta(seconds=TOLERANCE_SECONDS)
USED: Final[dict[str, Callable[[stripe.StripeClient], Answered]]] = {
    "checkout sessions": lambda sdk: sdk.v1.checkout.sessions.list({"limit": 1}),
    "payments": lambda sdk: sdk.v1.payment_intents.list({"limit": 1}),
    "charges": lambda sdk: sdk.v1.charges.list({"limit": 1}),
    "refunds": lambda sdk: sdk.v1.refunds.list({"limit": 1}),
    "customers": lambda sdk: sdk.v1.customers.list({"limit": 1}),
    "disputes": lambda sdk: sdk.v1.disputes.list({"limit": 1}),
    "events": lambda sdk: sdk.v1.events.list({"limit": 1}),
    "payouts": lambda sdk: sdk.v1.payouts.list({"limit": 1}),
}
"""What a restricted key must at least be allowed to read."""


def examine(api: StripeApi, account: Account, site: Site) -> Iterator[Finding]:
    """All that Stripe can be asked; nothing more than whose key it is where that has no answer."""
    try:
        told = api.ask(lambda sdk: sdk.v1.accounts.retrieve_current(), "account")
    except ProviderError as error:
        yield _no_account(error)
        refusal = _refusal(error)
        if not (refusal and refusal.restricted):
            return
    else:
        yield well(KEY, "Stripe knows it")
        yield from _looked("account", lambda: _account(told, account))
    yield from _looked("clock", lambda: _mode_and_clock(api, account, site))
    if account.secrets["secret_key"].startswith("rk_"):
        for name, ask in USED.items():
            yield from _looked(f"may read {name}", partial(_permission, api, name, ask))
    yield from _looked("webhook endpoint", lambda: examine_endpoint(api, account, site))
    yield from _looked("wallets", lambda: examine_domain(api, site))


def _no_account(error: ProviderError) -> Finding:
    """Why it is not known whose key it is: a wrong key, a key that may not ask, or no answer."""
    refusal = _refusal(error)
    if refusal and refusal.restricted:
        told = "the restricted key may not read the account: whose it is stays unknown"
        return doubtful("account", told, _grant(refusal))
    if refusal:
        expired = refusal.code == "api_key_expired"
        told = "it was rolled or revoked at Stripe" if expired else "Stripe does not know it"
        return wrong(KEY, told, CONNECT)
    if isinstance(error, NotAuthorized):
        return wrong("Stripe", str(error), OFTEN)
    return wrong("Stripe", f"cannot be asked: {error}", UNREACHED)


def _refusal(error: ProviderError) -> KeyRefusal | None:
    return error.refusal if isinstance(error, NotAuthorized) else None


def _grant(refusal: KeyRefusal) -> str:
    permission = refusal.lacks or "to read it"
    return f"give the key the permission {permission}, at Developers, API keys"


def _looked(about: str, look: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """What is found there, or why it cannot be looked at."""
    try:
        yield from look()
    except ProviderError as error:
        if refusal := _refusal(error):
            yield wrong(about, "the restricted key may not look at it", _grant(refusal))
        else:
            yield wrong(about, f"not known: {error}", AGAIN)


def _account(told: Told, account: Account) -> Iterator[Finding]:
    theirs = told.name("id")
    if theirs != account.merchant_id:
        found = f"the key is of {theirs}, and {account.code} is {account.merchant_id}"
        yield wrong("account", found, f"run connect_stripe with the keys of {account.merchant_id}")
        return
    yield well("account", theirs)
    # Test payments are taken before an account is activated.
    severe = wrong if account.mode == "live" else doubtful
    if not told.flag("charges_enabled"):
        yield severe("charges", f"not enabled{_reason(told)}", DASHBOARD)
    if not told.flag("payouts_enabled"):
        yield doubtful("payouts", f"not enabled{_reason(told)}", DASHBOARD)
    if due := _due(told):
        yield doubtful("account", f"Stripe asks for {', '.join(due)}", DASHBOARD)


def _reason(told: Told) -> str:
    wanted = told.maybe_row("requirements")
    reason = wanted.maybe_text("disabled_reason") if wanted else ""
    return f": {reason}" if reason else ""


def _due(told: Told) -> list[str]:
    """What Stripe wants to know by now."""
    wanted = told.maybe_row("requirements")
    if wanted is None:
        return []
    return sorted(
        {str(each) for name in ("past_due", "currently_due") for each in wanted.items(name)}
    )


def _mode_and_clock(api: StripeApi, account: Account, site: Site) -> Iterator[Finding]:
    told, date = api.ask_dated(lambda sdk: sdk.v1.balance.retrieve(), "balance")
    mode = "live" if told.flag("livemode") else "test"
    if mode != account.mode:
        found = f"Stripe answers in {mode} mode, and the account is of {account.mode} mode"
        yield wrong("mode", found, CONNECT)
    apart = abs(site.clock() - date)
    found = f"{apart.total_seconds():.0f} s from Stripe's"
    if apart > TOO_MUCH:
        yield wrong("clock", f"{found}: webhooks are refused as stale", "set it, and keep NTP on")
    elif apart > SKEW:
        yield doubtful("clock", found, "set it, and keep NTP on")
    else:
        yield well("clock", found)


def _permission(
    api: StripeApi, name: str, ask: Callable[[stripe.StripeClient], Answered]
) -> Iterator[Finding]:
    api.ask(ask, name)
    yield well(f"may read {name}", "yes")
