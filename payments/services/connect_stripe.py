"""Connecting this site to an account at Stripe: its keys, and where it tells us what happens."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from payments.conf import payment_settings
from payments.errors import KeysRefused, SetUpRefused
from payments.models import ProviderAccount
from payments.models.account import Mode
from payments.providers.address import is_overheard
from payments.providers.base import Account
from payments.providers.errors import ProviderError
from payments.providers.stripe import StripeProvider
from payments.providers.stripe.keys import is_publishable, mode_of_key, publishable_start
from payments.providers.stripe.setup import TIMEOUT, methods_at
from payments.registry import forget_accounts
from payments.services.rotate import SECRETS, replace_secrets
from payments.services.set_up import listen
from payments.services.whose_key import check_same, owner_of, told_of_publishable

PROVIDER: Final = "stripe"
ADAPTER: Final = "payments.providers.stripe.StripeProvider"
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
    payments yet, or must not, since they are live and this site is not.
    """
    if PROVIDER not in payment_settings().providers:
        needed = f'"{PROVIDER}": "{ADAPTER}"'
        raise KeysRefused(_('PAYMENTS["providers"] does not name it: add %s') % needed)
    secrets = {SECRET: keys.secret, PUBLISHABLE: keys.publishable}
    plain = Account(code, _checked(keys), "", keys.base_url, secrets)
    plain = replace(plain, merchant_id=owner_of(StripeProvider, plain))
    account = _kept(plain, methods_at(plain))
    if webhook:
        _listen(account, site)
    forget_accounts()
    return account


def _kept(plain: Account, has: dict[str, list[str]] | None) -> ProviderAccount:
    """The account with its keys; of one that is there already, nothing else is written.

    It may have been rotated, or changed by staff, while Stripe was asked.
    """
    with transaction.atomic():
        known = ProviderAccount.objects.select_for_update(no_key=True)
        account = known.filter(code=plain.code).first()
        if account is None:
            _check_new(plain)
            return _made(plain, has)
        _check_same(account, plain)
        account.base_url = plain.base_url
        replace_secrets(account, plain.secrets)
        asked = [] if has is None else ["methods"]
        account.methods = account.methods if has is None else has
        account.save(update_fields=["base_url", *SECRETS, *asked])
    return account


def _made(plain: Account, has: dict[str, list[str]] | None) -> ProviderAccount:
    account = ProviderAccount(
        code=plain.code,
        provider=PROVIDER,
        mode=plain.mode,
        merchant_id=plain.merchant_id,
        base_url=plain.base_url,
        methods=has,
    )
    account.set_secrets({**plain.secrets, WEBHOOK: ""})
    account.save()
    return account


def _checked(keys: Keys) -> str:
    """The mode of the keys; raises KeysRefused where they cannot be sent there.

    They are none, of two modes, or could be read on the way.
    """
    mode = mode_of_key(keys.secret)
    if not mode:
        raise KeysRefused(_("the secret key begins with sk_test_, sk_live_, rk_test_ or rk_live_"))
    if not is_publishable(keys.publishable, mode):
        raise KeysRefused(told_of_publishable(publishable_start(mode)))
    if is_overheard(keys.base_url, mode):
        told = {"address": keys.base_url, "mode": mode}
        raise KeysRefused(
            _(
                "the secret key of %(mode)s mode would go in clear to %(address)s: name an https "
                "address, or, for keys of test mode, one of this machine (http://127.0.0.1:…)"
            )
            % told
        )
    return mode


def _check_new(plain: Account) -> None:
    """Twice here, an account would be offered twice, and each event of it be read twice."""
    same = ProviderAccount.objects.filter(provider=PROVIDER, mode=plain.mode)
    if twin := same.filter(merchant_id=plain.merchant_id, base_url=plain.base_url).first():
        told = {"id": plain.merchant_id, "code": twin.code}
        raise KeysRefused(_("%(id)s is kept as %(code)s already: say --code %(code)s") % told)


def _check_same(account: ProviderAccount, plain: Account) -> None:
    """Payments are asked for by the account that they were made with."""
    if (account.provider, account.mode) != (PROVIDER, plain.mode):
        told = {"code": account.code, "provider": account.provider, "mode": account.mode}
        raise KeysRefused(
            _(
                "%(code)s is an account of %(provider)s in %(mode)s mode: name another code by "
                "--code, or first rename that account on its page in the admin"
            )
            % told
        )
    check_same(account, plain.merchant_id)


def rests(account: ProviderAccount) -> bool:
    """Whether the account is live and this site is not: nobody is offered it, nothing is asked."""
    return account.mode == Mode.LIVE and not payment_settings().live


def _listen(account: ProviderAccount, site: str) -> None:
    if rests(account):
        raise SetUpRefused(_('this site is not live, so set PAYMENTS["live"] = True'))
    try:
        listen(account, StripeProvider(account.for_provider(), timeout=TIMEOUT), site)
    except ProviderError as error:
        raise SetUpRefused(str(error)) from error
