"""Settings of payments that cannot work stop the start and say what to do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as Caution
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from orders.errors import InvalidAmount
from payments.conf import PaymentSettings, payment_settings

OUR_HOME = Path(__file__).resolve().parent.parent
EXTRAS: Final = frozenset({"stripe"})
"""Packages that come with an extra of the same name."""


@register()
def check_payments(**_kwargs: Any) -> list[CheckMessage]:
    try:
        conf = payment_settings()
    except ImproperlyConfigured as error:
        return [Error(str(error), hint="Mend the dict PAYMENTS.", id="payments.E001")]
    found: list[CheckMessage] = []
    for name, path in conf.providers.items():
        try:
            import_string(path)
        except ImportError as error:
            found.append(Error(str(error), hint=_import_hint(name, error), id="payments.E002"))
    if conf.capture not in {"automatic", "manual"}:
        hint = 'Set PAYMENTS["capture"] to "automatic" or "manual".'
        found.append(Error(f"nobody captures {conf.capture!r}", hint=hint, id="payments.E005"))
    found += _limit_errors(conf)
    found += _address_errors(conf)
    if conf.body_days < 1:
        hint = 'Set PAYMENTS["body_days"] to the days you want to look back, such as 90.'
        message = f"no webhook is kept for {conf.body_days} days"
        found.append(Error(message, hint=hint, id="payments.E006"))
    return found + _key_errors(conf.secret_keys)


def _import_hint(name: str, error: ImportError) -> str:
    missing = (error.name or "").partition(".")[0]
    if missing in EXTRAS:
        return f'Install it: pip install "django-till[{missing}]".'
    return f'Mend PAYMENTS["providers"]["{name}"].'


def _address_errors(conf: PaymentSettings) -> list[CheckMessage]:
    """Real money by plain http: no provider sends a webhook there, and no browser trusts it."""
    if not conf.live or urlsplit(conf.base_url).scheme == "https":
        return []
    hint = 'Set PAYMENTS["base_url"] to the https address of the shop; on a copy, "live" to False.'
    message = f"this site is live, and its address is {conf.base_url}"
    return [Error(message, hint=hint, id="payments.E008")]


def _limit_errors(conf: PaymentSettings) -> list[CheckMessage]:
    """Amounts above which a second person looks, that cannot be read."""
    limits = {
        "approve_refunds_above": (conf.approve_refunds_above, conf.approval_limit),
        "approve_resolutions_above": (conf.approve_resolutions_above, conf.resolution_limit),
    }
    found: list[CheckMessage] = []
    for name, (by_currency, read) in limits.items():
        hint = f'Write PAYMENTS["{name}"] as {{"GBP": "250.00"}}.'
        for currency in by_currency:
            try:
                read(currency)
            except (InvalidAmount, TypeError, AttributeError) as error:
                found.append(Error(str(error), hint=hint, id="payments.E007"))
    return found


def _key_errors(keys: Sequence[str]) -> list[CheckMessage]:
    hint = (
        'Put a key into PAYMENTS["secret_keys"]; make one with '
        'python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'
    )
    if not keys:
        return [Error("no key seals the provider secrets", hint=hint, id="payments.E003")]
    try:
        for key in keys:
            Fernet(key)
    except ValueError:
        return [Error("a key is not a Fernet key", hint=hint, id="payments.E003")]
    if {settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS} & set(keys):
        message = "a key that seals the provider secrets is Django's SECRET_KEY as well"
        return [Caution(message, hint=hint, id="payments.W008")]
    return []


@register(deploy=True)
def check_managers(**_kwargs: Any) -> list[CheckMessage]:
    if settings.MANAGERS:
        return []
    hint = "Name in MANAGERS who is told by mail."
    return [Caution("nobody is told of webhooks given up", hint=hint, id="payments.W001")]


@register()
def check_ours(**_kwargs: Any) -> list[CheckMessage]:
    """django-payments and django-shop install packages of our names; pip overwrites silently."""
    found: list[CheckMessage] = []
    for label in ("orders", "payments", "shop"):
        config = apps.app_configs.get(label)
        if config and Path(config.path).resolve().parent != OUR_HOME.parent:
            hint = "Uninstall django-payments or django-shop, then reinstall django-till."
            message = f"the package {label!r} is not Till's: it lies in {config.path}"
            found.append(Error(message, hint=hint, id="payments.E004"))
    return found
