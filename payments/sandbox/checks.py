"""System checks of the sandbox bank: where it runs, and how fast."""

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from payments.sandbox.pace import SLOWEST, pace


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


@register
def at_a_pace_that_is_one(**_kwargs: object) -> list[CheckMessage]:
    try:
        pace()
    except (TypeError, ValueError):
        return [
            Error(
                f"The pace of the sandbox bank is not a number above 0 and up to {SLOWEST}.",
                hint="Correct SANDBOX_PACE (TILL_BANK_PACE).",
                id="sandbox.E002",
            )
        ]
    return []
