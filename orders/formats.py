"""Amounts and countries as people of a language write them (CLDR, through Babel)."""

from __future__ import annotations

from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.numbers import format_currency
from django.utils.translation import get_language, to_locale

from orders.money import Money

# ISO 3166 lists places, CLDR also regions, groups and pseudo-territories.
_NO_COUNTRY = frozenset(
    {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ", "AC", "CP", "CQ", "DG", "EA", "IC", "TA"}
)


@lru_cache
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(to_locale(language))
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def format_money(money: Money, language: str | None = None) -> str:
    """An amount with its currency sign, in the active language unless one is named."""
    return _written(money, language or get_language() or "en")


@lru_cache(maxsize=4096)  # a page writes the same few amounts again and again
def _written(money: Money, language: str) -> str:
    return format_currency(money.decimal, money.currency, locale=_locale(language))


@lru_cache
def country_names(language: str) -> dict[str, str]:
    """Every ISO 3166 code with its name in a language, sorted by name."""
    names = {
        code: name
        for code, name in _locale(language).territories.items()
        if code.isalpha() and code not in _NO_COUNTRY
    }
    return dict(sorted(names.items(), key=lambda pair: pair[1]))
