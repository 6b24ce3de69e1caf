"""System checks of the sandbox bank: it never runs where real money moves."""

from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register
def not_where_money_is_real(**_kwargs: object) -> list[CheckMessage]:
    payments = getattr(settings, "PAYMENTS", None) or {}
    if payments.get("live") is not True:
        return []
    return [
        Error(
            'The sandbox bank is installed and PAYMENTS["live"] is True.',
            hint="Remove payments.sandbox from INSTALLED_APPS of a live site.",
            id="sandbox.E001",
        )
    ]
