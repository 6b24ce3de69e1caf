"""Keys that staff type: whose they are is asked before the page's transaction begins."""

from __future__ import annotations

from typing import ClassVar, Final

from django import forms
from django.http import HttpRequest
from django.utils.text import capfirst

from payments.admin.sealed import PREFIX, given_secrets, secret_names
from payments.errors import PaymentError
from payments.models import ProviderAccount
from payments.services.whose_key import check_keys, keys_among, misfits_among

REFUSED: Final = "till.refused_keys"
"""Where a request keeps what was said of its keys: no header of a client is named so."""


class KeysForm(forms.ModelForm):
    """Says why keys are refused where they were typed; nothing is saved then."""

    refused: ClassVar[dict[str, str]] = {}

    def clean(self) -> None:
        super().clean()
        for name, why in self.refused.items():
            self.add_error(name, why)


def ask_whose_keys(request: HttpRequest, account: ProviderAccount) -> None:
    """Note on the request what is wrong with the keys that were typed; calls the provider.

    What is wrong with a key that anybody may see shows without that.
    """
    held = secret_names(account)
    typed = {name: str(value).strip() for name, value in given_secrets(request.POST).items()}
    given = {name: value for name, value in typed.items() if name in held and value}
    refused = misfits_among(account, given)
    try:
        check_keys(account, given)
    except PaymentError as refusal:
        refused |= dict.fromkeys(keys_among(account, given), str(refusal))
    request.META[REFUSED] = {PREFIX + name: f"{capfirst(why)}." for name, why in refused.items()}


def refused_keys(request: HttpRequest) -> dict[str, str]:
    """What was noted there, by the name of the field."""
    refused: dict[str, str] = request.META.get(REFUSED, {})
    return refused
