"""Whose a key is: asked before it is kept, since another account knows none of our payments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from django.utils.translation import gettext as _

from payments.checks.accounts import PUBLIC
from payments.errors import KeysRefused
from payments.models import ProviderAccount
from payments.providers.base import Account
from payments.providers.errors import NotAuthorized, OtherMode, ProviderError
from payments.providers.protocol import KnowsAccount
from payments.registry import capabilities_of, who_knows


def keys_among(account: ProviderAccount, names: Mapping[str, str]) -> list[str]:
    """Which secrets the provider can be asked about; none where it cannot say whose they are."""
    if who_knows(account) is None:
        return []
    others = PUBLIC.union(capabilities_of(account).webhook_secrets)
    return sorted(names.keys() - others)


def check_keys(account: ProviderAccount, given: Mapping[str, str]) -> None:
    """Ask whose the given keys are; call it with no transaction open. It changes nothing.

    Raises KeysRefused where they are not this account's, or where nobody says.
    """
    knows = who_knows(account)
    if knows is None or not keys_among(account, given):
        return
    plain = account.for_provider()
    plain = replace(plain, secrets={**plain.secrets, **given})
    try:
        check_same(account, owner_of(knows, plain))
    except ProviderError as error:
        told = _("it could not be checked whose key that is, so nothing was changed: %(why)s")
        raise KeysRefused(told % {"why": error}) from error


def misfits_among(account: ProviderAccount, given: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with the form of given keys and secrets, by name; nobody is asked."""
    knows = who_knows(account)
    if knows is None or not given:
        return {}
    found = knows.misfits(replace(account.for_provider(), secrets=given))
    return {name: _told_of(name, start) for name, start in found.items()}


def _told_of(name: str, start: str) -> str:
    if name in PUBLIC:
        return told_of_publishable(start)
    told = _("the signing secret of a webhook endpoint begins with %(start)s, and this does not")
    return told % {"start": start}


def told_of_publishable(start: str) -> str:
    """How staff read that a publishable key is none of the account's mode."""
    return _("the publishable key of this mode begins with %(start)s") % {"start": start}


def owner_of(provider: type[KnowsAccount], plain: Account) -> str:
    """Their id of the account; raises KeysRefused on their word, ProviderError without one."""
    try:
        return provider.merchant_id_of(plain)
    except OtherMode as error:
        raise KeysRefused(_("the key is of the other mode, test or live")) from error
    except NotAuthorized as error:
        if error.refusal is None:  # asked too often, or something on the way refuses
            raise
        if error.refusal.restricted:
            lacks = {"permission": error.refusal.lacks or "account"}
            told = _("the restricted key may not read the account: give it %(permission)s")
            raise KeysRefused(told % lacks) from error
        raise KeysRefused(
            _("the provider does not know the secret key, or it was revoked")
        ) from error


def check_same(account: ProviderAccount, merchant_id: str) -> None:
    """Payments are asked for by the account that they were made with; raises KeysRefused."""
    if account.merchant_id != merchant_id:
        told = {"code": account.code, "ours": account.merchant_id, "theirs": merchant_id}
        raise KeysRefused(_("%(code)s is %(ours)s, and the key is of %(theirs)s") % told)
