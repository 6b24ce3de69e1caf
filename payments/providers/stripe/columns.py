"""What we ask of each of Stripe's reports, and how a row of it reads. Pure.

Amounts are decimals of major units, whichever the currency; moments are of UTC.
https://docs.stripe.com/reports/report-types
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Final, NamedTuple

from orders.money import exponent
from payments.providers.cause import because
from payments.providers.columns import (
    A_METHOD,
    A_WORD,
    AN_ID,
    LONGEST_METHOD,
    Column,
    Texts,
    maybe,
    names,
    of_our_days,
    only,
    words,
)
from payments.providers.currencies import CURRENCIES
from payments.providers.stripe.asked import OUR_CURRENCY, OUR_REF

LONGEST_AMOUNT: Final = 21
PAYMENT_REF, REFUND_REF = f"payment_metadata[{OUR_REF}]", f"refund_metadata[{OUR_REF}]"
BOOKED_IN: Final = f"payment_metadata[{OUR_CURRENCY}]"
OPTIONAL: Final = (PAYMENT_REF, REFUND_REF, BOOKED_IN)
"""What a file from the dashboard has only where somebody has chosen it there."""


class Booked(NamedTuple):
    """What changed the balance; `facing` is the amount that the shopper saw, in `abroad`.

    `booked_in`: the currency of the payment in our books, "" where it does not say.
    """

    category: str
    source: str
    transaction: str
    at: datetime
    currency: str
    gross: Decimal
    fee: Decimal
    facing: Decimal | None
    abroad: str
    method: str
    payment_ref: str
    refund_ref: str
    booked_in: str


class Member(NamedTuple):
    """What an automatic payout is made of: something that changed the balance earlier."""

    payout: str
    category: str
    source: str
    transaction: str
    at: datetime
    currency: str
    gross: Decimal
    fee: Decimal
    payment_ref: str
    refund_ref: str


class Sent(NamedTuple):
    """What left for the bank account, or came back from there."""

    payout: str
    category: str
    at: datetime
    currency: str
    gross: Decimal
    fee: Decimal


@dataclass(frozen=True, slots=True)
class Table:
    """One report. `row` takes the values of the columns in their order."""

    kind: str
    columns: Sequence[Column]
    row: Callable[..., Booked | Member | Sent]

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]


class Finer(ValueError):
    """An amount has more decimals than its currency."""


def minor(amount: Decimal, currency: str) -> int:
    """An amount in our minor units; raises Finer."""
    scaled = amount.scaleb(exponent(currency))
    if scaled != (whole := int(scaled)):
        raise Finer(amount)
    return whole


def _currencies(texts: Texts) -> list[str]:
    codes = [text.upper() for text in texts]
    if not CURRENCIES.issuperset(codes):
        raise ValueError(texts)
    return codes


def _decimals(texts: Texts) -> list[Decimal]:
    only(texts, b"-.0123456789")
    if max(map(len, texts)) > LONGEST_AMOUNT:
        raise ValueError(texts)
    return list(map(Decimal, texts))


def _moments(texts: Texts) -> list[datetime]:
    only(texts, b"-: .0123456789")
    return of_our_days([datetime.fromisoformat(text).replace(tzinfo=UTC) for text in texts])


def _amount(name: str) -> Column:
    return Column(name, _decimals, because("an amount in major units"))


def _moment(name: str) -> Column:
    return Column(name, _moments, because("a day and a time"))


CATEGORY: Final = Column("reporting_category", names, A_WORD)
SOURCE: Final = Column("source_id", words, A_WORD)
TRANSACTION: Final = Column("balance_transaction_id", names, AN_ID)
CURRENCY: Final = Column("currency", _currencies, because("a currency that we know"))
GROSS, FEE = _amount("gross"), _amount("fee")
REFERENCES: Final = (Column(PAYMENT_REF, words, A_WORD), Column(REFUND_REF, words, A_WORD))
FACING: Final = Column(
    "customer_facing_amount", maybe(_decimals, None), because("an amount in major units, or empty")
)
ABROAD: Final = Column(
    "customer_facing_currency", maybe(_currencies, ""), because("a currency, or empty")
)
METHOD: Final = Column("payment_method_type", partial(words, longest=LONGEST_METHOD), A_METHOD)
ACTIVITY: Final = Table(
    "balance_change_from_activity.itemized.3",
    (
        *(CATEGORY, SOURCE, TRANSACTION, _moment("created_utc"), CURRENCY, GROSS, FEE),
        *(FACING, ABROAD, METHOD, *REFERENCES, Column(BOOKED_IN, words, A_WORD)),
    ),
    Booked,
)
MEMBERS: Final = Table(
    "payout_reconciliation.itemized.5",
    (
        *(Column("automatic_payout_id", names, AN_ID), CATEGORY, SOURCE, TRANSACTION),
        *(_moment("automatic_payout_effective_at_utc"), CURRENCY, GROSS, FEE, *REFERENCES),
    ),
    Member,
)
PAYOUTS: Final = Table(
    "payouts.itemized.3",
    (
        *(Column("payout_id", names, AN_ID), CATEGORY, _moment("effective_at_utc")),
        *(CURRENCY, GROSS, FEE),
    ),
    Sent,
)
SUMMARY: Final = "balance.summary.1"
SUMMED: Final = ("category", "net_amount", "currency")
