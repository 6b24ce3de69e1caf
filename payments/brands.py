"""Card brands by the names that people know, whichever words a provider has for them. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

NAMES: Final[dict[str, StrOrPromise]] = {
    "": _("Card"),
    "amex": "American Express",
    "cartes_bancaires": "Cartes Bancaires",
    "diners": "Diners Club",
    "discover": "Discover",
    "eftpos_au": "eftpos",
    "interac": "Interac",
    "jcb": "JCB",
    "link": "Link",
    "mastercard": "Mastercard",
    "unionpay": _("UnionPay"),
    "unknown": _("Card"),
    "visa": "Visa",
}
"""Stripe's words (docs.stripe.com, PaymentMethod, card.brand) among them."""


def brand_name(brand: str) -> StrOrPromise:
    """How shoppers and staff read it; a word that nobody knows stays as the provider says it."""
    return NAMES.get(brand.lower(), brand)
