"""The currencies of ISO 4217 that the bank takes, and how many decimals each has."""

import re
from copy import copy
from decimal import Decimal

from babel import Locale
from babel.numbers import NumberPattern, get_currency_symbol

WITHOUT_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
TWO_DECIMALS = """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD
    CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD
    GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD
    MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP
    PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS
    TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD XTS YER ZAR ZMW
"""
THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND"
EXPONENT = {
    code: exponent
    for exponent, codes in ((0, WITHOUT_DECIMALS), (2, TWO_DECIMALS), (3, THREE_DECIMALS))
    for code in codes.split()
}


def written(amount: int, currency: str, language: str) -> str:
    """Write an amount in minor units as a person of that language reads it."""
    locale = Locale.parse(language, sep="-")
    # ISO 4217 decides the decimals: the locale data round some currencies for cash.
    pattern: NumberPattern = copy(locale.currency_formats["standard"])
    exponent = EXPONENT[currency]
    if get_currency_symbol(currency, locale) == currency:
        # A code, unlike a sign, does not touch its number: KWD 1.234, £12.34.
        above, below = (re.sub("¤$", "¤\N{NO-BREAK SPACE}", text) for text in pattern.prefix)
        pattern.prefix = (above, below)
    pattern.frac_prec = (exponent, exponent)
    value = Decimal(amount).scaleb(-exponent)
    return str(pattern.apply(value, locale, currency=currency, currency_digits=False))
