"""Connecting this site to a provider."""

from __future__ import annotations

from django.urls import reverse

from orders.conf import order_settings
from payments.models import ProviderAccount
from payments.providers.errors import NotAuthorized
from payments.providers.sandbox.client import SandboxClient, sign_up


def connect_sandbox(
    *, bank_url: str, hooks_base_url: str, code: str = "sandbox"
) -> ProviderAccount:
    """Sign up at a sandbox bank and keep the keys. A second call only moves the addresses.

    A bank that no longer knows the keys (its data were thrown away) is signed up with anew.
    """
    account = ProviderAccount.objects.filter(code=code).first()
    if account is None:
        account = ProviderAccount(code=code, provider="sandbox")
    hook_url = hooks_base_url + reverse("payments:hook", args=[account.hook_token])
    account.base_url = bank_url
    if not (account.pk and _moved(account, hook_url)):
        signed = sign_up(bank_url, name=order_settings().shop_name, webhook_url=hook_url)
        account.merchant_id = signed.merchant_id
        account.set_secrets({"api_key": signed.api_key, "webhook_secret": signed.webhook_secret})
    account.save()
    return account


def _moved(account: ProviderAccount, hook_url: str) -> bool:
    try:
        SandboxClient(account.for_provider()).set_webhook_url(hook_url)
    except NotAuthorized:
        return False
    return True
