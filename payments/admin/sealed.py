"""Fields that take secrets of an account in and never give one out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from payments.errors import SecretsUnreadable
from payments.models import ProviderAccount
from payments.vault import unseal

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

PREFIX: Final = "secret_"
LABELS: Final[dict[str, StrOrPromise]] = {
    "api_key": gettext_lazy("API key"),
    "publishable_key": gettext_lazy("Publishable key"),
    "secret_key": gettext_lazy("Secret key"),
    "webhook_secret": gettext_lazy("Webhook secret"),
}
"""Names that providers share; any other is shown as its adapter spells it."""


def secret_names(account: ProviderAccount | None) -> list[str]:
    """The names of an account's secrets; none where no key opens them."""
    try:
        return sorted(unseal(account.sealed_secrets)) if account else []
    except SecretsUnreadable:
        return []


def secret_field(name: str) -> forms.CharField:
    label = LABELS.get(name) or name.replace("_", " ").capitalize()
    widget = forms.PasswordInput(attrs={"class": "vTextField", "autocomplete": "new-password"})
    help_text = _("Never shown. Leave it empty to keep the present one.")
    return forms.CharField(
        label=label, required=False, strip=True, widget=widget, help_text=help_text
    )


def given_secrets(cleaned_data: Mapping[str, Any]) -> dict[str, str]:
    """What was typed into such fields, by the name of the secret."""
    return {
        name.removeprefix(PREFIX): value
        for name, value in cleaned_data.items()
        if name.startswith(PREFIX) and value
    }
