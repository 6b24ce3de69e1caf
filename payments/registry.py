"""Which provider serves an account, and which ways to pay are on offer."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from orders.money import Money
from payments.conf import payment_settings
from payments.errors import NoAccount
from payments.models import ProviderAccount
from payments.models.account import Mode
from payments.providers.base import MethodCapability, Provider

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

METHOD_LABELS: Final[dict[str, StrOrPromise]] = {"card": _("Card")}
METHOD_HINTS: Final[dict[str, StrOrPromise]] = {
    "card": _("You enter your card on the bank's own page. We never see the number.")
}
CACHE_SECONDS = 30
_by_hook: dict[str, tuple[float, ProviderAccount]] = {}


@dataclass(frozen=True, slots=True)
class PaymentOption:
    """One way to pay, as the shopper chooses it: `key` is "<account>/<method>"."""

    account_id: int
    account_code: str
    method: str

    @property
    def key(self) -> str:
        return f"{self.account_code}/{self.method}"

    @property
    def label(self) -> StrOrPromise:
        return METHOD_LABELS.get(self.method, self.method)

    @property
    def hint(self) -> StrOrPromise:
        return METHOD_HINTS.get(self.method, "")


def provider_for(account: ProviderAccount) -> Provider:
    """The adapter of an account; raises NoAccount for a live account on a site that is not live."""
    conf = payment_settings()
    if account.mode == "live" and not conf.live:
        raise NoAccount(f'account {account.code} is live but PAYMENTS["live"] is not True')
    if account.provider not in conf.providers:
        raise NoAccount(f'PAYMENTS["providers"] does not name {account.provider!r}')
    adapter = import_string(conf.providers[account.provider])
    provider: Provider = adapter(account.for_provider(), timeout=conf.timeout_seconds)
    return provider


def payment_options(amount: Money) -> list[PaymentOption]:
    """The ways to pay this amount, in the order of the accounts. One statement."""
    conf = payment_settings()
    accounts = ProviderAccount.objects.filter(active=True, provider__in=conf.providers)
    return [
        PaymentOption(account.pk, account.code, capability.method)
        for account in accounts.order_by("pk")
        if account.mode == (Mode.LIVE if conf.live else Mode.TEST)
        for capability in import_string(conf.providers[account.provider]).capabilities.methods
        if _takes(capability, amount)
    ]


def _takes(capability: MethodCapability, amount: Money) -> bool:
    fits = amount.amount >= capability.minimum and (
        capability.maximum is None or amount.amount <= capability.maximum
    )
    return fits and (not capability.currencies or amount.currency in capability.currencies)


def option_by_key(key: str, amount: Money) -> PaymentOption:
    """Raises NoAccount where this way to pay is not on offer for the amount."""
    for option in payment_options(amount):
        if option.key == key:
            return option
    raise NoAccount(f"{key!r} is not a way to pay {amount}")


def account_by_hook(token: str) -> ProviderAccount | None:
    """The account of a webhook address, kept in the process for half a minute.

    An account that is no longer offered still hears of what was paid through it.
    """
    kept = _by_hook.get(token)
    if kept and kept[0] > time.monotonic():
        return kept[1]
    account = ProviderAccount.objects.filter(hook_token=token).first()
    if account:
        _by_hook[token] = (time.monotonic() + CACHE_SECONDS, account)
    return account


def account_saved(**signal: object) -> None:  # noqa: ARG001  # a receiver takes all there is
    """Read accounts anew once one was saved; other processes follow within half a minute."""
    _by_hook.clear()
