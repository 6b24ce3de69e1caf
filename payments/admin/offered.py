"""Which of the ways to pay that an account has are on offer: what staff choose and see."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from django import forms
from django.utils.translation import gettext_lazy as _

from payments.errors import NoAccount
from payments.models import ProviderAccount
from payments.registry import METHOD_LABELS, methods_of

OFFERED: Final = _("ways to pay on offer")
HELP: Final = _("What the account has, as its provider said when it was connected last.")
FEW: Final = 3
"""So many currencies are named; of a method that takes more, or all, none are."""


def choices_of(account: ProviderAccount) -> list[tuple[str, str]]:
    """Each with the currencies that it is bound to; none where no adapter serves the account."""
    try:
        has = methods_of(account)
    except NoAccount:
        return []
    return [(each.method, _label(each.method, each.currencies)) for each in has]


def offered_field(account: ProviderAccount | None) -> dict[str, forms.Field]:
    choices = choices_of(account) if account else []
    if account is None or not choices:
        return {}
    field = forms.MultipleChoiceField(
        label=OFFERED,
        help_text=HELP,
        choices=choices,
        initial=[name for name in dict(choices) if name not in account.withheld],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    return {"offered": field}


def withheld_of(account: ProviderAccount, offered: Collection[str]) -> list[str]:
    """What staff do not offer; what the account has not at the moment stays as they left it."""
    had = dict(choices_of(account))
    gone = [name for name in account.withheld if name not in had]
    return gone + [name for name in had if name not in offered]


def _label(method: str, currencies: Collection[str]) -> str:
    name = str(METHOD_LABELS.get(method, method))
    return f"{name} ({', '.join(sorted(currencies))})" if 0 < len(currencies) <= FEW else name
