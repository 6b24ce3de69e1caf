"""Accounts whose keys cannot serve are warned of wherever the database is looked at.

None stops the start: `migrate` runs these checks too, and must go on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Tags, register
from django.core.checks import Warning as Caution
from django.db import DatabaseError
from django.utils.module_loading import import_string

from payments.conf import payment_settings
from payments.errors import SecretsUnreadable
from payments.providers.address import is_overheard
from payments.providers.base import Account
from payments.providers.findings import Standing
from payments.providers.protocol import Examined

if TYPE_CHECKING:
    from payments.models import ProviderAccount

PUBLIC: Final = frozenset({"publishable_key"})
"""What several accounts may have in common."""
SITE: Final = "this site"


@register(Tags.database)
def check_live_accounts(
    databases: Collection[str] | None = None, **_kwargs: Any
) -> list[CheckMessage]:
    """A copy of a live shop's database: nobody is called, and `migrate` says so."""
    if not databases or payment_settings().live:
        return []
    accounts = apps.get_model("payments", "ProviderAccount").objects.filter(mode="live")
    try:
        codes = ", ".join(accounts.order_by("pk").values_list("code", flat=True))
    except DatabaseError:  # there are no tables yet
        return []
    if not codes:
        return []
    hint = 'Right for a copy. On the shop itself set PAYMENTS["live"] = True.'
    message = f"live accounts are not used, since this site is not live: {codes}"
    return [Caution(message, hint=hint, id="payments.W002")]


@register(Tags.database)
def check_accounts(databases: Collection[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """What can be seen of the accounts in use without asking anybody."""
    if not databases:
        return []
    try:
        accounts = list(_model().filter(active=True).order_by("pk"))
    except DatabaseError:  # there are no tables yet
        return []
    opened = {account: told for account in accounts if (told := opened_secrets(account))}
    return [
        *_unserved(accounts),
        *_sealed(account for account in accounts if account not in opened),
        *_wrong_keys(opened),
        *_shared(opened.values()),
        *_overheard(accounts),
    ]


def _model() -> Any:
    return apps.get_model("payments", "ProviderAccount").objects


def opened_secrets(account: ProviderAccount) -> Account | None:
    """The account with its secrets; None where no key opens them."""
    try:
        return account.for_provider()
    except SecretsUnreadable:
        return None


def _unserved(accounts: Iterable[ProviderAccount]) -> Iterator[CheckMessage]:
    for account in accounts:
        if account.provider not in payment_settings().providers:
            hint = f'Name {account.provider} in PAYMENTS["providers"], or switch the account off.'
            message = f"no adapter serves the account {account.code} of {account.provider}"
            yield Caution(message, hint=hint, id="payments.W004")


def _sealed(accounts: Iterable[ProviderAccount]) -> Iterator[CheckMessage]:
    for account in accounts:
        hint = 'Add the key that sealed them to PAYMENTS["secret_keys"].'
        message = f"the secrets of the account {account.code} cannot be opened"
        yield Caution(message, hint=hint, id="payments.W005")


def _wrong_keys(opened: Mapping[ProviderAccount, Account]) -> Iterator[CheckMessage]:
    for account, told in opened.items():
        adapter = examiner_of(account.provider)
        if adapter is None:
            continue
        for found in adapter.examine_keys(told, own_page=account.own_page):
            if found.standing is not Standing.OK:
                message = f"account {account.code}: {found.about}: {found.found}"
                yield Caution(message, hint=_sentence(found.advice), id="payments.W006")


def examiner_of(provider: str) -> type[Examined] | None:
    """The adapter, where it is there and can examine keys."""
    try:
        adapter = import_string(payment_settings().providers[provider])
    except (KeyError, ImportError):
        return None
    return adapter if issubclass(adapter, Examined) else None


def _sentence(advice: str) -> str:
    return f"{advice[:1].upper()}{advice[1:]}."


def _shared(accounts: Iterable[Account]) -> Iterator[CheckMessage]:
    for each in shared_secrets(accounts):
        message = f"account {each.code}: {each.told}"
        yield Caution(message, hint=_sentence(each.advice), id="payments.W007")


def _overheard(accounts: Iterable[ProviderAccount]) -> Iterator[CheckMessage]:
    for account in accounts:
        if is_overheard(account.base_url, account.mode):
            hint = "Connect it by https. For a sandbox on a private network this may be right."
            message = f"the keys of the account {account.code} go in clear to {account.base_url}"
            yield Caution(message, hint=hint, id="payments.W009")


@dataclass(frozen=True, slots=True)
class Shared:
    """A secret of an account that stands elsewhere too; `told` says where, and not what it is."""

    code: str
    told: str
    advice: str = "each account has secrets of its own: let the provider make another one"


def shared_secrets(accounts: Iterable[Account]) -> Iterator[Shared]:
    """Each secret that is also one of an account before it, one of its own or a key of the site."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS, *payment_settings().secret_keys)
    owners = dict.fromkeys(keys, (SITE, ""))
    for account in accounts:
        for name, value in account.secrets.items():
            if not value or name in PUBLIC:
                continue
            owner, other = owners.setdefault(value, (account.code, name))
            if owner != account.code:
                yield Shared(account.code, f"{name} is a secret of {owner} as well")
            elif other != name:
                told = f"its {other} and its {name} are the same secret"
                yield Shared(account.code, told, "type the right one of each on the account's page")
