"""An amount as staff type it: digits, with the sign or code of its currency or without."""

from __future__ import annotations

import re
from typing import Final

from django.forms import ValidationError
from django.utils.translation import gettext as _

from orders.errors import InvalidAmount
from orders.formats import currency_signs, is_currency_sign
from orders.money import Money, exponent

AMOUNT: Final = re.compile(r"([^0-9.+-]*)([+-]?[0-9]*\.?[0-9]+)([^0-9.+-]*)", re.ASCII)


def read_amount(typed: str, currency: str) -> Money:
    """The amount in this currency; raises ValidationError with a sentence for staff."""
    facts = {"typed": typed, "currency": currency, "digits": exponent(currency)}
    found = AMOUNT.fullmatch(typed)
    beside = [part.strip() for part in found.group(1, 3) if part.strip()] if found else []
    foreign = [part for part in beside if part.upper() not in currency_signs(currency)]
    if foreign and all(map(is_currency_sign, foreign)):
        refused = _("“%(typed)s” is not in %(currency)s, the currency of this order.")
        raise ValidationError(refused % facts)
    if found is None or foreign:
        refused = _("“%(typed)s” is not an amount: write digits, with a point for decimals.")
        raise ValidationError(refused % facts)
    try:
        return Money.parse(found[2], currency)
    except InvalidAmount:
        refused = _("%(currency)s has %(digits)s decimals; “%(typed)s” has more.")
        raise ValidationError(refused % facts) from None
