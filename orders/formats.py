"""Amounts, countries and moments as a language writes them, addresses as a country does."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Protocol

from babel import Locale, UnknownLocaleError
from babel.numbers import format_currency, get_currency_symbol, is_currency
from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, to_locale

from orders.money import Money, exponent

# ISO 3166 lists places, CLDR (read through Babel) also regions, groups and pseudo-territories.
_NO_COUNTRY = frozenset(
    {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ", "AC", "CP", "CQ", "DG", "EA", "IC", "TA"}
)

# CLDR knows no addresses. Everywhere else the postcode stands before the town.
_POSTCODE_LAST = frozenset({"AU", "CA", "IN", "NZ", "SG", "US"})
_POSTCODE_ALONE = frozenset({"GB", "GG", "IE", "IM", "JE"})


class Postal(Protocol):
    """The parts of an address, "" where there is none; country as ISO 3166 alpha-2."""

    @property
    def name(self) -> str: ...
    @property
    def line1(self) -> str: ...
    @property
    def line2(self) -> str: ...
    @property
    def city(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def postcode(self) -> str: ...
    @property
    def country(self) -> str: ...


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


def format_exact(minor: Decimal, currency: str) -> str:
    """The same of minor units that may be broken, as fees are, with every digit: "£1.054"."""
    major, locale = minor.scaleb(-exponent(currency)).normalize(), _locale(get_language() or "en")
    return format_currency(major, currency, locale=locale, decimal_quantization=False)


def currency_signs(currency: str) -> set[str]:
    """Its code, and the signs that the languages of the site have for it."""
    languages = [code for code, _name in settings.LANGUAGES]
    return {currency, *(get_currency_symbol(currency, _locale(each)) for each in languages)}


def is_currency_sign(text: str) -> bool:
    """Whether it is the code of a currency, or has a sign of one in it."""
    return is_currency(text.upper()) or any(unicodedata.category(it) == "Sc" for it in text)


def format_moment(moment: datetime) -> str:
    """A date and time as the active language writes them, in the zone of the site.

    Templates name the same format: `|date:"DATETIME_FORMAT"`.
    """
    return date_format(timezone.localtime(moment), "DATETIME_FORMAT")


@lru_cache
def country_names(language: str) -> dict[str, str]:
    """Every ISO 3166 code with its name in a language, sorted by name."""
    names = {
        code: name
        for code, name in _locale(language).territories.items()
        if code.isalpha() and code not in _NO_COUNTRY
    }
    return dict(sorted(names.items(), key=lambda pair: pair[1]))


def address_lines(address: Postal) -> list[str]:
    """What stands on the parcel, line by line, with the country in the active language."""
    country = country_names(get_language() or "en").get(address.country, address.country)
    lines = [address.name, address.line1, address.line2, *_town(address), country]
    return [line for line in lines if line]


def _town(address: Postal) -> list[str]:
    city, region, postcode = address.city, address.region, address.postcode
    if address.country in _POSTCODE_LAST:
        town = f"{city}, {region}" if region else city
        return [f"{town} {postcode}".strip()]
    if address.country in _POSTCODE_ALONE:
        return [city, region, postcode]
    return [f"{postcode} {city}".strip(), region]
