"""Stripe's summary of its balance: what was there before a day, and what after it. Pure."""

from __future__ import annotations

import csv
import io
import logging
from collections.abc import Iterator
from typing import Final

from payments.providers.columns import UNREADABLE
from payments.providers.currencies import CURRENCIES
from payments.providers.errors import BadAnswer
from payments.providers.head import CLOSING, OPENING
from payments.providers.stripe.columns import GROSS, minor

BALANCES: Final = {"starting_balance": OPENING, "ending_balance": CLOSING}
"""By category of the summary."""
Row = dict[str, str]
logger = logging.getLogger("till.reconciliation")


def read_summary(body: bytes, *, moved: bool) -> list[tuple[str, str, str]]:
    """Word, currency and minor units of each balance; raises BadAnswer.

    Of an account that never had money no balance is told; where something has moved, both are.
    """
    try:
        rows = list(csv.DictReader(io.StringIO(body.decode(), newline="")))
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadAnswer("balance summary: no CSV") from error
    told = {row.get("category") for row in rows} & BALANCES.keys()
    if told != BALANCES.keys() and (told or moved):
        raise BadAnswer("balance summary: no balance before or after")
    return list(_balances(rows))


def _balances(rows: list[Row]) -> Iterator[tuple[str, str, str]]:
    """Without those in a currency that is none of ours, such as one of stablecoins."""
    for row in rows:
        if not (word := BALANCES.get(row.get("category") or "")):
            continue
        if not (currency := (row.get("currency") or "").upper()):
            raise BadAnswer("balance summary: no currency")
        if currency in CURRENCIES:
            yield word, currency, str(_minor(row, currency))
        else:
            logger.warning("Stripe has a balance in %r, which is left aside", currency[:10])


def _minor(row: Row, currency: str) -> int:
    try:
        (amount,) = GROSS.read((row["net_amount"],))
        return minor(amount, currency)
    except UNREADABLE as error:
        raise BadAnswer("balance summary: no amount") from error
