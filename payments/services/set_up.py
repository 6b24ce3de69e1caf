"""Telling a provider where this site is: where webhooks go, and where its wallets may stand."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from orders.clock import now
from payments.errors import SetUpRefused
from payments.models import ProviderAccount
from payments.models.account import Mode
from payments.providers.findings import Site
from payments.providers.protocol import SetsUp
from payments.services.rotate import SECRETS, renew_secrets


def site_of(account: ProviderAccount, base_url: str) -> Site:
    """Our site as the account's provider must know it."""
    old = account.old_hook_token if account.rotating else None
    return Site(
        base_url=base_url,
        hook_url=base_url + _hook_path(account.hook_token),
        clock=now,
        old_hook_url=base_url + _hook_path(old) if old else "",
        own_page=account.own_page,
    )


def _hook_path(token: str) -> str:
    return reverse("payments:hook", args=[token])


def listen(account: ProviderAccount, provider: SetsUp, base_url: str) -> None:
    """Have the provider tell us of payments, and keep its secret. A second call changes nothing.

    Raises SetUpRefused where it could not tell us safely, and ProviderError.
    """
    site = site_of(account, base_url)
    if account.mode == Mode.LIVE and not site.is_https:
        told = _("live webhooks need https: set PAYMENTS[base_url], not %s")
        raise SetUpRefused(told % base_url)
    if secrets := provider.listen(site):
        renew_secrets(account_id=account.pk, given=secrets)
        account.refresh_from_db(fields=SECRETS)


def register_domain(account: ProviderAccount, provider: SetsUp, base_url: str) -> None:
    """Let the provider's wallets be shown on our own page. A second call changes nothing.

    Raises SetUpRefused where nobody else can find the site, and ProviderError.
    """
    site = site_of(account, base_url)
    if not site.is_public:
        told = _("wallets need a domain that others can reach: set PAYMENTS[base_url], not %s")
        raise SetUpRefused(told % base_url)
    provider.register_domain(site)
