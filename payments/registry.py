"""Which provider serves an account, and which ways to pay are on offer."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from django.db.models import Q
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from orders.money import Money
from payments.conf import payment_settings
from payments.errors import NoAccount, NoReports
from payments.models import Attempt, ProviderAccount, SavedMethod
from payments.models.account import Mode
from payments.providers.base import Account
from payments.providers.capabilities import Capabilities, Flow, MethodCapability
from payments.providers.protocol import KnowsAccount, Provider, TakesEvidence
from payments.providers.reports import Reports

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

METHOD_LABELS: Final[dict[str, StrOrPromise]] = {
    "card": _("Card"),
    "wallet": _("Wallet"),
    "qr": _("QR code"),
    "bank_debit": _("Bank account"),
    "alipay": _("Alipay"),
    "wechat_pay": _("WeChat Pay"),
}
METHOD_HINTS: Final[dict[str, StrOrPromise]] = {
    "card": _("You enter your card on the bank's own page. We never see the number."),
    "wallet": _("You confirm in your wallet and come back here."),
    "qr": _("You scan a code with your phone and confirm there."),
    "bank_debit": _("Your bank confirms within minutes. We keep your order until then."),
    "alipay": _("You confirm in Alipay and come back here."),
    "wechat_pay": _("You scan a code with WeChat and confirm there."),
}
SAVED_HINT: Final = _("Saved card: nothing to type. You pay when you press the button.")
SAVED_SLASHES: Final = 2
CACHE_SECONDS = 30
FRESH_SECONDS = 1
_kept: tuple[float, dict[int, ProviderAccount]] = (0.0, {})


@dataclass(frozen=True, slots=True)
class PaymentOption:
    """One way to pay, as the shopper chooses it: `key` is "<account>/<method>[/<saved>]".

    `saved` is a method the shopper has paid with before; `can_save` that this one can be kept,
    `save` that the shopper wants it to be. `hold`: the bank only holds the amount at first.
    `embedded`: it is paid by the provider's fields on our own page. `shared`: another account takes
    the method too, so that the shopper has to tell them apart.
    """

    account_id: int
    account_code: str
    method: str
    saved: SavedMethod | None = None
    can_save: bool = False
    save: bool = False
    hold: bool = False
    embedded: bool = False
    shared: bool = False

    @property
    def key(self) -> str:
        key = f"{self.account_code}/{self.method}"
        return f"{key}/{self.saved.token}" if self.saved else key

    def saving(self) -> PaymentOption:
        """The same, to be kept for the next time where it can be."""
        return replace(self, save=self.can_save)

    @property
    def label(self) -> StrOrPromise:
        label = label_of(self.method, self.saved)
        return f"{label} · {self.account_code}" if self.shared and not self.saved else label

    @property
    def hint(self) -> StrOrPromise:
        return SAVED_HINT if self.saved else METHOD_HINTS.get(self.method, "")


def label_of(method: str, card: SavedMethod | Attempt | None) -> StrOrPromise:
    """What a shopper pays with, in as many words as we know: "Visa ···· 4242", "Link", "Card"."""
    if card and (card.brand or card.last4):
        return card.face
    return METHOD_LABELS.get(method, method)


def provider_for(account: ProviderAccount) -> Provider:
    """The adapter of an account; raises NoAccount for a live account on a site that is not live."""
    return _adapter(account, account.for_provider())


def reports_of(account: ProviderAccount) -> Reports:
    """The same for its settlement reports; raises NoReports where its provider has none."""
    provider = provider_for(account)
    if not isinstance(provider, Reports):
        raise NoReports(f"{account.provider} has no settlement reports that can be read")
    return provider


def provider_before_rotation(account: ProviderAccount) -> Provider | None:
    """The adapter with the secrets that are on their way out; None where none are."""
    before = account.before_rotation()
    return _adapter(account, before) if before else None


def _adapter(account: ProviderAccount, plain: Account) -> Provider:
    conf = payment_settings()
    if account.mode == "live" and not conf.live:
        raise NoAccount(f'account {account.code} is live but PAYMENTS["live"] is not True')
    if account.provider not in conf.providers:
        raise NoAccount(f'PAYMENTS["providers"] does not name {account.provider!r}')
    adapter = import_string(conf.providers[account.provider])
    provider: Provider = adapter(plain, timeout=conf.timeout_seconds)
    return provider


def payment_options(amount: Money, user_id: int | None = None) -> list[PaymentOption]:
    """The ways to pay this amount: the shopper's saved ones first, then in the accounts' order.

    One statement for a signed-in shopper, else none.
    """
    conf = payment_settings()
    offered = [
        PaymentOption(
            account.pk,
            account.code,
            capability.method,
            can_save=capability.can_save and user_id is not None,
            hold=capability.can_hold and conf.capture == "manual",
            embedded=capability.can_embed and account.own_page,
        )
        for account, capability in _offers()
        if capability.takes(amount)
    ]
    count = Counter(option.method for option in offered)
    told_apart = [replace(option, shared=count[option.method] > 1) for option in offered]
    return [*_saved_options(offered, user_id), *told_apart]


def least_amount(amount: Money) -> Money | None:
    """The smallest that any way to pay takes, where this amount is below it; None where not."""
    currency = amount.currency
    takes = [
        Money(offer.least(currency), currency)
        for _account, offer in _offers()
        if offer.takes(Money(offer.least(currency), currency))
    ]
    least = min(takes, default=None)
    return least if least and amount < least else None


def _offers() -> Iterator[tuple[ProviderAccount, MethodCapability]]:
    """Every way to pay that is on offer here for some amount, in the accounts' order."""
    conf = payment_settings()
    mode = Mode.LIVE if conf.live else Mode.TEST
    for account in accounts().values():
        if account.active and account.provider in conf.providers and account.mode == mode:
            for capability in methods_of(account):
                if capability.method not in account.withheld:
                    yield account, capability


def _saved_options(offered: list[PaymentOption], user_id: int | None) -> list[PaymentOption]:
    """What the shopper has saved, the newest first, where its account still takes it."""
    if user_id is None:
        return []
    takes = {(option.account_id, option.method): option for option in offered}
    kept = SavedMethod.objects.filter(user_id=user_id, removed_at=None)
    saved = kept.filter(account__in={account for account, _method in takes})
    return [
        replace(takes[one.account_id, one.method], saved=one, can_save=False, embedded=False)
        for one in saved.order_by("-pk")
        if (one.account_id, one.method) in takes
    ]


def capabilities_of(account: ProviderAccount) -> Capabilities:
    """What the account's provider can do; raises NoAccount where no adapter serves it."""
    conf = payment_settings()
    if account.provider not in conf.providers:
        raise NoAccount(f'PAYMENTS["providers"] does not name {account.provider!r}')
    capabilities: Capabilities = import_string(conf.providers[account.provider]).capabilities
    return capabilities


def methods_of(account: ProviderAccount) -> list[MethodCapability]:
    """The ways to pay that the account has, on offer or not; raises NoAccount as above."""
    can, has = capabilities_of(account).methods, account.methods
    if has is None:
        return [each for each in can if not each.local]
    return [each.within(has[each.method]) for each in can if each.method in has]


def takes_evidence(account: ProviderAccount) -> bool:
    """Whether the account's provider takes evidence in a dispute by its API."""
    adapter = payment_settings().providers.get(account.provider)
    return adapter is not None and issubclass(import_string(adapter), TakesEvidence)


def who_knows(account: ProviderAccount) -> type[KnowsAccount] | None:
    """The account's adapter, where its provider can say whose a key is."""
    named = payment_settings().providers.get(account.provider)
    adapter = import_string(named) if named else None
    return adapter if adapter and issubclass(adapter, KnowsAccount) else None


def has_fields(account: ProviderAccount) -> bool:
    """Whether the account's provider has fields that can be shown on our own page."""
    adapter = payment_settings().providers.get(account.provider)
    return adapter is not None and import_string(adapter).capabilities.fields is not None


def has_reports(account: ProviderAccount) -> bool:
    """Whether the account's provider offers settlement reports."""
    adapter = payment_settings().providers.get(account.provider)
    return adapter is not None and issubclass(import_string(adapter), Reports)


def flow_of(account: ProviderAccount, method: str) -> Flow:
    """How the shopper pays by this method; a redirect where nobody knows it any more."""
    try:
        methods = capabilities_of(account).methods
    except NoAccount:
        methods = ()
    return next((each.flow for each in methods if each.method == method), Flow.REDIRECT)


def option_by_key(key: str, amount: Money, user_id: int | None = None) -> PaymentOption:
    """Raises NoAccount where this way to pay is not on offer for the amount."""
    for option in payment_options(amount, user_id):
        if option.key == key:
            return option
    raise NoAccount(f"{key!r} is not a way to pay {amount}")


def names_saved(key: str) -> bool:
    """Whether a key is one of a saved method, be it on offer or not."""
    return key.count("/") == SAVED_SLASHES


def accounts() -> dict[int, ProviderAccount]:
    """All accounts, oldest first, kept in the process for half a minute."""
    global _kept  # noqa: PLW0603  # one copy for all threads of the process
    read_at, known = _kept
    if not known or read_at + CACHE_SECONDS <= time.monotonic():
        known = {account.pk: account for account in ProviderAccount.objects.order_by("pk")}
        _kept = (time.monotonic(), known)
    return known


def account_by_id(account_id: int) -> ProviderAccount:
    """An account by its key; raises DoesNotExist."""
    return accounts().get(account_id) or ProviderAccount.objects.get(pk=account_id)


def account_by_hook(token: str) -> ProviderAccount | None:
    """The account of a webhook address; one that is no longer offered still hears of payments."""
    for account in accounts().values():
        if account.answers_to(token):
            return account
    named = Q(hook_token=token) | Q(old_hook_token=token)
    found = ProviderAccount.objects.filter(named).first()
    return found if found and found.answers_to(token) else None


def account_read_anew(account: ProviderAccount) -> ProviderAccount:
    """The same account as it is in the database now, where this process has not just looked.

    Another process may have changed its secrets; a flood of forgeries looks once a second.
    """
    read_at, _known = _kept
    if read_at + FRESH_SECONDS <= time.monotonic():
        forget_accounts()
    return accounts().get(account.pk, account)


def forget_accounts(**signal: object) -> None:  # noqa: ARG001  # a receiver takes all there is
    """Read accounts anew once one was saved; other processes follow within half a minute."""
    global _kept  # noqa: PLW0603  # one copy for all threads of the process
    _kept = (0.0, {})
