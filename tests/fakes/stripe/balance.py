"""The account's money: balance transactions, what is pending and what is available."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from tests.fakes.stripe.currencies import ZERO_DECIMAL, convert
from tests.fakes.stripe.errors import Json
from tests.fakes.stripe.store import Shelf, having, page

PENDING_FOR: Final = timedelta(days=2)
FILTERS: Final = ("currency", "source", "type")
CATEGORIES: Final = {
    "charge": "charge",
    "payment": "charge",
    "refund": "refund",
    "payment_refund": "refund",
    "refund_failure": "refund_failure",
    "adjustment": "dispute",
    "payout": "payout",
    "payout_failure": "payout_reversal",
    "stripe_fee": "fee",
}
"""Stripe's reporting category of each type that is told here."""


def fee_of(amount: int, currency: str) -> int:
    """1.5 % and 20 pence, as of a card of the United Kingdom; half a penny is rounded up."""
    fixed = 0 if currency in ZERO_DECIMAL else 20
    return (amount * 15 + 500) // 1000 + fixed


@dataclass(frozen=True, slots=True)
class Movement:
    """`amount` in the minor units of what moved; with `settled`, as `fee` always, the account's.

    `rate`: the one at which a reversal takes back what was converted then.
    """

    kind: str
    amount: int
    fee: int = 0
    at_once: bool = False
    settled: bool = False
    rate: float | None = None
    facing: int | None = None
    """What a shopper saw of it, where `settled` says something else."""


def book(shelf: Shelf, source: Json, moved: Movement) -> Json:
    """Write a balance transaction about `source`: a charge, a refund, a dispute or a payout."""
    amount, rate = moved.amount, moved.rate
    if not moved.settled:
        amount, rate = convert(amount, source["currency"], shelf.account.currency)
    kind, fee, at_once = moved.kind, moved.fee, moved.at_once
    now, currency = shelf.world.timestamp(), shelf.account.currency
    ready = now if at_once else now + int(PENDING_FOR.total_seconds())
    told = {
        "id": shelf.world.new_id("txn"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": ready,
        "balance_type": "payments",
        "created": now,
        "currency": currency,
        "description": source.get("description"),
        "exchange_rate": rate,
        "fee": fee,
        "fee_details": _fee_details(fee, currency),
        "net": amount - fee,
        "reporting_category": _category(kind, amount),
        "source": source["id"],
        "status": "available" if at_once else "pending",
        "type": kind,
    }
    shelf.add(told, links=["source"])
    shelf.notes[told["id"]]["facing"] = moved.amount if moved.facing is None else moved.facing
    if not at_once:
        shelf.world.after(PENDING_FOR, lambda: told.update(status="available"))
    return told


def bill(shelf: Shelf, amount: int, said: str) -> Json:
    """A fee of Stripe's that is of no payment, in the account's minor units."""
    nobody = {"id": None, "currency": shelf.account.currency, "description": said}
    return book(shelf, nobody, Movement("stripe_fee", -amount, at_once=True, settled=True))


def make_available(shelf: Shelf) -> None:
    """What is pending becomes available now."""
    for told in shelf.of("balance_transaction"):
        if told["status"] == "pending":
            told.update(status="available", available_on=shelf.world.timestamp())


def _category(kind: str, amount: int) -> str:
    reversal = kind == "adjustment" and amount > 0
    return "dispute_reversal" if reversal else CATEGORIES[kind]


def _fee_details(fee: int, currency: str) -> list[Json]:
    if not fee:
        return []
    return [
        {
            "amount": fee,
            "application": None,
            "currency": currency,
            "description": "Stripe processing fees",
            "type": "stripe_fee",
        }
    ]


def retrieve(shelf: Shelf, params: Json, wanted: str) -> Json:
    return shelf.get("balance_transaction", wanted)


def listed(shelf: Shelf, params: Json) -> Json:
    """By payout, source, type, currency and time; the newest first."""
    rows = shelf.of("balance_transaction")
    if "payout" in params:
        payout = shelf.get("payout", params["payout"])
        rows = [shelf.objects[each] for each in shelf.notes[payout["id"]]["transactions"]]
    elif "source" in params:
        rows = shelf.linked("balance_transaction", "source", params["source"])
    told = page(shelf, rows, params, wanted=having(params, FILTERS))
    return {**told, "url": "/v1/balance_transactions"}


def balance(shelf: Shelf, params: Json) -> Json:
    """What is left of all transactions, by their status; in the account's one currency."""
    sums = {"available": 0, "pending": 0}
    for each in shelf.of("balance_transaction"):
        sums[each["status"]] += each["net"]
    return {
        "object": "balance",
        "livemode": shelf.live,
        **{
            name: [
                {
                    "amount": amount,
                    "currency": shelf.account.currency,
                    "source_types": {"card": amount},
                }
            ]
            for name, amount in sums.items()
        },
        "refund_and_dispute_prefunding": {"available": [], "pending": []},
    }
