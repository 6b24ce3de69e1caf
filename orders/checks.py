"""Settings of orders that cannot work stop the start and say what to do."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as Caution
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from orders.conf import order_settings

SMTP = "django.core.mail.backends.smtp.EmailBackend"


@register()
def check_orders(**_kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if not settings.USE_TZ:
        found.append(Error("Till keeps time in UTC.", hint="Set USE_TZ = True.", id="orders.E001"))
    try:
        conf = order_settings()
    except ImproperlyConfigured as error:
        return [*found, Error(str(error), hint="Mend the dict ORDERS.", id="orders.E002")]
    for name, path in (("stock", conf.stock), ("order_url", conf.order_url)):
        try:
            import_string(path) if path else None
        except ImportError as error:
            hint = f'Give ORDERS["{name}"] the dotted path of something that can be imported.'
            found.append(Error(str(error), hint=hint, id="orders.E003"))
    return found


@register()
def check_goods(**_kwargs: Any) -> list[CheckMessage]:
    """A period below nothing, and links to carriers that lead nowhere."""
    try:
        conf = order_settings()
    except ImproperlyConfigured:
        return []  # told by check_orders
    found: list[CheckMessage] = []
    if conf.return_days < 0:
        hint = 'Give ORDERS["return_days"] a number of days; 0 takes nothing back.'
        found.append(Error("returns would end before they begin", hint=hint, id="orders.E004"))
    for name, url in conf.carriers.items():
        if url and not (url.startswith("https://") and "{number}" in url):
            hint = 'Give ORDERS["carriers"] an https:// address with {number} in it, or "".'
            found.append(Error(f"{name}: no page follows a parcel", hint=hint, id="orders.E005"))
    return found


@register()
def check_mail(**_kwargs: Any) -> list[CheckMessage]:
    """A worker owns a mail for 12 seconds; a mail server may keep it no longer than that."""
    backend, timeout = _mailer()
    if backend != SMTP or timeout is not None:
        return []
    hint = "Set EMAIL_TIMEOUT = 10 (from Django 6.1 on: timeout in the OPTIONS of MAILERS)."
    message = "without a time-out a slow mail server gets the same mail twice"
    return [Caution(message, hint=hint, id="orders.W001")]


def _mailer() -> tuple[str, Any]:
    """The backend that sends our mails, and its time-out; Django 6.1 has MAILERS for both."""
    mailers = getattr(settings, "MAILERS", None)
    if mailers is None:
        return settings.EMAIL_BACKEND, settings.EMAIL_TIMEOUT
    default = mailers.get("default", {})
    return default.get("BACKEND", SMTP), default.get("OPTIONS", {}).get("timeout")
