"""The site's domain at Stripe: only on a registered one are wallets shown in our own page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from payments.providers.findings import Finding, Site, doubtful, well, wrong
from payments.providers.stripe.client import StripeApi
from payments.providers.told import LONGEST_URL, Told

ABOUT: Final = "wallets"
WALLETS: Final = {"apple_pay": "Apple Pay", "google_pay": "Google Pay", "link": "Link"}
REGISTER: Final = "--register-domain"


@dataclass(frozen=True, slots=True)
class Domain:
    """`refused`: which wallets are not shown there, and why, as far as Stripe says."""

    id: str
    enabled: bool
    refused: dict[str, str]


def register_domain(api: StripeApi, site: Site) -> None:
    """Register the site's domain, and let Stripe look again where a wallet is not shown."""
    domain = _find(api, site.host)
    if domain is None:
        _create(api, site.host)
    elif not domain.enabled:
        _enable(api, domain.id)
    elif domain.refused:
        _validate(api, domain.id)


def _find(api: StripeApi, host: str) -> Domain | None:
    told = api.ask(
        lambda sdk: sdk.v1.payment_method_domains.list({"domain_name": host}), "wallet domains"
    )
    return next(map(_read, told.rows("data")), None)


def _read(told: Told) -> Domain:
    states = {name: told.row(name) for name in WALLETS}
    refused = {
        WALLETS[name]: _why(state)
        for name, state in states.items()
        if state.text("status") != "active"
    }
    return Domain(told.name("id"), told.flag("enabled"), refused)


def _why(state: Told) -> str:
    details = state.maybe_row("status_details")
    return details.text("error_message", LONGEST_URL) if details else "inactive"


def _create(api: StripeApi, host: str) -> None:
    api.ask(
        lambda sdk: sdk.v1.payment_method_domains.create({"domain_name": host}), "wallet domain"
    )


def _enable(api: StripeApi, domain: str) -> None:
    api.ask(
        lambda sdk: sdk.v1.payment_method_domains.update(domain, {"enabled": True}),
        "wallet domain",
    )


def _validate(api: StripeApi, domain: str) -> None:
    api.ask(lambda sdk: sdk.v1.payment_method_domains.validate(domain), "wallet domain")


def examine_domain(api: StripeApi, site: Site) -> Iterator[Finding]:
    if not site.own_page:
        yield well(ABOUT, "Stripe's page shows them by itself")
        return
    if not site.is_public:
        told = f"{site.host} has no name that Stripe could visit"
        yield doubtful(ABOUT, told, "they appear on a site that has one")
        return
    domain = _find(api, site.host)
    if domain is None:
        yield wrong(ABOUT, f"{site.host} is not registered", f"{REGISTER} does it")
    elif not domain.enabled:
        yield wrong(ABOUT, f"{site.host} is switched off", f"{REGISTER} turns it on")
    else:
        yield from _wallets(domain, site)


def _wallets(domain: Domain, site: Site) -> Iterator[Finding]:
    if not site.is_https:
        yield doubtful(
            ABOUT, f"{site.base_url} is not https", "browsers show wallets by https alone"
        )
    for wallet, why in domain.refused.items():
        advice = f"mend that, then let Stripe look again: {REGISTER}"
        yield wrong(ABOUT, f"{wallet} is not shown on {site.host}: {why}", advice)
    if not domain.refused:
        yield well(ABOUT, f"{', '.join(WALLETS.values())} on {site.host}")
