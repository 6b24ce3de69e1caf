"""Which currencies Stripe charges, and how small, large and even an amount may be."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from tests.fakes.stripe.errors import invalid

ZERO_DECIMAL: Final = frozenset(
    "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split()  # noqa: SIM905  # a table reads better
)
THREE_DECIMAL: Final = frozenset({"bhd", "jod", "kwd", "omr", "tnd"})
WITHOUT_CENTS: Final = frozenset({"isk", "ugx"})
"""Two digits on the wire for old times' sake, both of them 0."""

TWO_DECIMAL: Final = frozenset(
    # docs.stripe.com/currencies, the presentment currencies
    """
    usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bmd bnd bob brl bsd bwp byn bzd
    cad cdf chf cny cop crc cve czk dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gtq gyd
    hkd hnl htg huf idr ils inr jmd kes kgs khr kyd kzt lak lbp lkr lrd lsl mad mdl mkd mmk
    mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd pab pen pgk php pkr pln qar ron
    rsd sar sbd scr sek sgd shp sle sos srd std szl thb tjs top try ttd twd tzs uah uyu uzs
    wst xcd yer zar zmw
    """.split()  # noqa: SIM905  # a table reads better
)
SUPPORTED: Final = ZERO_DECIMAL | THREE_DECIMAL | WITHOUT_CENTS | TWO_DECIMAL

MINIMUMS: Final = {
    # docs.stripe.com/currencies#minimum-and-maximum-charge-amounts, in minor units
    "aed": 200,
    "czk": 1500,
    "dkk": 250,
    "gbp": 30,
    "hkd": 400,
    "huf": 17500,
    "mxn": 1000,
    "myr": 200,
    "nok": 300,
    "pln": 200,
    "ron": 200,
    "sek": 300,
    "thb": 1000,
}
LEAST: Final = 50
LARGEST: Final = 99_999_999

DOLLARS: Final = {
    "gbp": "1.25",
    "eur": "1.10",
    "chf": "1.12",
    "cad": "0.73",
    "aud": "0.66",
    "cny": "0.14",
    "dkk": "0.147",
    "hkd": "0.128",
    "jpy": "0.0068",
    "krw": "0.00075",
    "kwd": "3.25",
    "huf": "0.0028",
    "sek": "0.095",
}
"""What one major unit is worth in dollars here, for ever; other currencies are worth a dollar."""


def digits(currency: str) -> int:
    """How many digits of an amount on the wire are behind the point."""
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2


def check_currency(currency: str, *, param: str, charged: frozenset[str] = SUPPORTED) -> None:
    if currency not in SUPPORTED:
        raise invalid(f"Invalid currency: {currency}.", param=param)
    if currency not in charged:
        raise invalid(f"Your account cannot currently charge in {currency}.", param=param)


def check_amount(
    amount: int, currency: str, *, settled: str, param: str, what: str = "Amount"
) -> None:
    """Raises Refused on an amount in minor units that is too small, too large or uneven.

    Too small is also what comes to less than the least of the currency that it is `settled` in.
    """
    least = MINIMUMS.get(currency, LEAST)
    paid_out, _rate = convert(amount, currency, settled)
    if amount < least:
        said = f"{what} must be at least {major(least, currency)} {currency}"
        raise invalid(said, code="amount_too_small", param=param)
    if paid_out < MINIMUMS.get(settled, LEAST):
        said = f"{what} must convert to at least the minimum of {settled}"
        raise invalid(said, code="amount_too_small", param=param)
    if amount > LARGEST:
        said = f"{what} must be no more than {major(LARGEST, currency)} {currency}"
        raise invalid(said, code="amount_too_large", param=param)
    if currency in THREE_DECIMAL and amount % 10:
        raise invalid(f"{what} in {currency} must be evenly divisible by 10.", param=param)
    if currency in WITHOUT_CENTS and amount % 100:
        raise invalid(f"{what} in {currency} must be evenly divisible by 100.", param=param)


def major(amount: int, currency: str) -> Decimal:
    """Minor units as a decimal of major ones, with all of the currency's digits."""
    return Decimal(amount).scaleb(-digits(currency))


def convert(amount: int, source: str, target: str) -> tuple[int, float | None]:
    """An amount in another currency's minor units, and the rate; None where both are the same."""
    if source == target:
        return amount, None
    rate = Decimal(DOLLARS.get(source, "1")) / Decimal(DOLLARS.get(target, "1"))
    minor = (major(amount, source) * rate).scaleb(digits(target))
    return int(minor.quantize(Decimal(1), ROUND_HALF_UP)), round(float(rate), 6)
