"""Moving webhooks to a new address and a new signing secret, with a week in which both are good."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from orders.clock import now
from orders.models import new_token
from payments.errors import NoAccount, RotationRefused
from payments.models import ProviderAccount
from payments.registry import capabilities_of, forget_accounts
from payments.services.whose_key import keys_among
from payments.vault import seal, unseal

BOTH_FOR: Final = timedelta(days=7)
ROTATED: Final = ["hook_token", "old_hook_token", "old_until", "sealed_secrets"]
SECRETS: Final = ["sealed_secrets", "old_sealed_secrets", "signing_since"]


def rotate_webhook(*, account_id: int, secrets: Mapping[str, str]) -> ProviderAccount:
    """Give the account a new webhook address, and the signing secrets that come with it.

    The old address and secrets stay good for seven days. Raises RotationRefused while an earlier
    rotation is under way, so that a second call changes nothing.
    """
    with transaction.atomic():
        account = _locked(account_id)
        if account.rotating:
            under_way = _("the last rotation is under way until %(moment)s")
            raise RotationRefused(under_way % {"moment": f"{account.old_until:%Y-%m-%d %H:%M %Z}"})
        account.old_hook_token, account.hook_token = account.hook_token, new_token()
        account.old_until, account.old_sealed_secrets = now() + BOTH_FOR, ""
        if secrets:
            replace_secrets(account, secrets)
        account.save(update_fields=[*ROTATED, *SECRETS])
        transaction.on_commit(forget_accounts)
    return account


def end_rotation(*, account_id: int) -> ProviderAccount:
    """Refuse the old address and secrets from now on; other processes follow in half a minute.

    Raises RotationRefused where none is under way: a second call changes nothing.
    """
    with transaction.atomic():
        account = _locked(account_id)
        if not account.rotating:
            raise RotationRefused(_("no rotation is under way"))
        account.old_hook_token, account.old_until, account.old_sealed_secrets = None, None, ""
        account.save(update_fields=["old_hook_token", "old_until", "old_sealed_secrets"])
        transaction.on_commit(forget_accounts)
    return account


def renew_secrets(*, account_id: int, given: Mapping[str, str]) -> None:
    """Keep the new secrets that were typed beside those that were not. Twice: no change."""
    with transaction.atomic():
        account = _locked(account_id)
        replace_secrets(account, given)
        account.save(update_fields=SECRETS)
        transaction.on_commit(forget_accounts)


def forget_replaced_secrets() -> None:
    """Throw away what is no longer good once a rotation is over. A second call changes nothing."""
    over = ProviderAccount.objects.filter(old_until__lte=now())
    over.update(old_hook_token=None, old_until=None, old_sealed_secrets="")


def replace_secrets(account: ProviderAccount, given: Mapping[str, str]) -> None:
    """Put new secrets on the account, unsaved; a rotation keeps the signing ones it replaces."""
    kept = unseal(account.sealed_secrets)
    if account.rotating:
        signing = [name for name in capabilities_of(account).webhook_secrets if name in given]
        replaced = {name: kept[name] for name in signing if name in kept}
        earlier = unseal(account.old_sealed_secrets) if account.old_sealed_secrets else {}
        if replaced:
            account.old_sealed_secrets = seal({**replaced, **earlier})
    if _signs_anew(account, kept, given):
        account.signing_since = now()
    if any(given[name] != kept.get(name) for name in keys_among(account, given)):
        account.key_troubles.update(since=None)  # nobody has refused the new one yet
    account.set_secrets({**kept, **given})


def _signs_anew(
    account: ProviderAccount, kept: Mapping[str, str], given: Mapping[str, str]
) -> bool:
    """Whether webhooks go by another secret than the one that was kept."""
    try:
        signing = capabilities_of(account).webhook_secrets
    except NoAccount:  # nobody serves it, so none is let in
        return False
    return any(name in given and given[name] != kept.get(name) for name in signing)


def _locked(account_id: int) -> ProviderAccount:
    return ProviderAccount.objects.select_for_update(no_key=True).get(pk=account_id)
