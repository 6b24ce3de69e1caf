"""Connecting this site to an account at Stripe: its keys, and where it tells us what happens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from payments.errors import KeysRefused, SetUpRefused
from payments.models import ProviderAccount
from payments.providers.base import Account
from payments.providers.errors import NotAuthorized, ProviderError
from payments.providers.stripe import StripeProvider
from payments.providers.stripe.keys import mode_of_key
from payments.providers.stripe.setup import TIMEOUT, merchant_id_of, methods_at
from payments.registry import forget_accounts
from payments.services.rotate import replace_secrets
from payments.services.set_up import listen

PROVIDER: Final = "stripe"
SECRET, PUBLISHABLE, WEBHOOK = "secret_key", "publishable_key", "webhook_secret"


@dataclass(frozen=True, slots=True)
class Keys:
    """What the dashboard shows of an account. `base_url`: of a stand-in; "" is Stripe."""

    secret: str
    publishable: str
    base_url: str = ""


def connect_stripe(keys: Keys, *, code: str, site: str, webhook: bool) -> ProviderAccount:
    """Keep the keys of an account, and have Stripe tell `site` of payments where `webhook` is set.

    A second call with keys of the same account replaces them, asks anew what it can be paid by,
    and makes no second endpoint. Raises KeysRefused where they cannot be right, ProviderError where
    Stripe does not answer, and SetUpRefused where the keys are kept and Stripe cannot tell us of
    payments yet.
    """
    mode = _checked(keys)
    account = ProviderAccount.objects.filter(code=code).first()
    account = account or ProviderAccount(code=code, provider=PROVIDER, mode=mode)
    secrets = {SECRET: keys.secret, PUBLISHABLE: keys.publishable}
    plain = Account(code, mode, "", keys.base_url, secrets)
    merchant_id = _merchant_id(plain)
    _check_same(account, merchant_id, mode=mode)
    account.base_url, account.merchant_id = keys.base_url, merchant_id
    if (has := methods_at(plain)) is not None:
        account.methods = has
    if account.pk:
        replace_secrets(account, secrets)
    else:
        account.set_secrets({**secrets, WEBHOOK: ""})
    account.save()
    if webhook:
        _listen(account, site)
    forget_accounts()
    return account


def _checked(keys: Keys) -> str:
    """The mode of the keys; raises KeysRefused where they are none, or of two modes."""
    mode = mode_of_key(keys.secret)
    if not mode:
        raise KeysRefused(_("the secret key begins with sk_test_, sk_live_, rk_test_ or rk_live_"))
    if not keys.publishable.startswith(f"pk_{mode}_"):
        needed = {"start": f"pk_{mode}_"}
        raise KeysRefused(_("the publishable key of this mode begins with %(start)s") % needed)
    return mode


def _merchant_id(plain: Account) -> str:
    try:
        return merchant_id_of(plain)
    except NotAuthorized as error:
        if error.refusal is None:  # asked too often, or something on the way refuses
            raise
        if error.refusal.restricted:
            lacks = {"permission": error.refusal.lacks or "account"}
            told = _("the restricted key may not read the account: give it %(permission)s")
            raise KeysRefused(told % lacks) from error
        raise KeysRefused(_("Stripe does not know the secret key, or it was revoked")) from error


def _check_same(account: ProviderAccount, merchant_id: str, *, mode: str) -> None:
    """Payments are asked for by the account that they were made with."""
    if account.pk and (account.provider, account.mode) != (PROVIDER, mode):
        told = {"code": account.code, "provider": account.provider, "mode": account.mode}
        raise KeysRefused(_("%(code)s is an account of %(provider)s in %(mode)s mode") % told)
    if account.pk and account.merchant_id != merchant_id:
        told = {"code": account.code, "ours": account.merchant_id, "theirs": merchant_id}
        raise KeysRefused(_("%(code)s is %(ours)s, and the key is of %(theirs)s") % told)


def _listen(account: ProviderAccount, site: str) -> None:
    try:
        listen(account, StripeProvider(account.for_provider(), timeout=TIMEOUT), site)
    except ProviderError as error:
        raise SetUpRefused(str(error)) from error
