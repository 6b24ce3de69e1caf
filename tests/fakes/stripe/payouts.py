"""Payouts: what is available goes to the account's bank, once a day."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from tests.fakes.stripe import balance
from tests.fakes.stripe.errors import Json
from tests.fakes.stripe.events import announce
from tests.fakes.stripe.store import Shelf, having, page, within

ARRIVES_AFTER: Final = timedelta(days=1)
FILTERS: Final = ("destination", "status")


def pay_out(shelf: Shelf) -> Json | None:
    """A payout of all that is available and in no payout yet; None where that is nothing to pay."""
    rows = shelf.of("balance_transaction")
    waiting = [each for each in rows if _waits(shelf, each)]
    amount = sum(each["net"] for each in waiting)
    if amount <= 0:
        return None
    told = _make(shelf, amount)
    shelf.add(told)
    moved = balance.Movement("payout", -amount, at_once=True, settled=True)
    booked = balance.book(shelf, told, moved)
    told["balance_transaction"] = booked["id"]
    own = [each["id"] for each in [*waiting, booked]]
    shelf.notes[told["id"]]["transactions"] = own
    for each in own:
        shelf.notes[each]["payout"] = told["id"]
    announce(shelf, "payout.created", told)
    shelf.world.after(ARRIVES_AFTER, lambda: _arrive(shelf, told))
    return told


def _waits(shelf: Shelf, booked: Json) -> bool:
    return booked["status"] == "available" and "payout" not in shelf.notes[booked["id"]]


def _make(shelf: Shelf, amount: int) -> Json:
    arrives = shelf.world.now() + ARRIVES_AFTER
    return shelf.new(
        "payout",
        "po",
        {
            "amount": amount,
            "application_fee": None,
            "application_fee_amount": None,
            "arrival_date": int(arrives.timestamp()),
            "automatic": True,
            "balance_transaction": None,
            "currency": shelf.account.currency,
            "description": "STRIPE PAYOUT",
            "destination": "ba_" + shelf.account.id.removeprefix("acct_"),
            "failure_balance_transaction": None,
            "failure_code": None,
            "failure_message": None,
            "metadata": {},
            "method": "standard",
            "original_payout": None,
            "payout_method": None,
            "reconciliation_status": "completed",
            "reversed_by": None,
            "source_type": "card",
            "statement_descriptor": None,
            "status": "in_transit",
            "trace_id": {"status": "pending", "value": None},
            "type": "bank_account",
        },
    )


def _arrive(shelf: Shelf, told: Json) -> None:
    if told["status"] != "in_transit":
        return
    told["status"] = "paid"
    told["trace_id"] = {"status": "supported", "value": told["id"][-12:].upper()}
    announce(shelf, "payout.paid", told)
    announce(shelf, "payout.reconciliation_completed", told)


def fail(shelf: Shelf, wanted: str, code: str = "account_closed") -> Json:
    """The bank sent it back, be it after it was told as paid: the money is here again."""
    told = shelf.get("payout", wanted)
    moved = balance.Movement("payout_failure", told["amount"], at_once=True, settled=True)
    booked = balance.book(shelf, told, moved)
    told.update(
        status="failed",
        failure_balance_transaction=booked["id"],
        failure_code=code,
        failure_message="The bank account has been closed.",
    )
    announce(shelf, "payout.failed", told)
    return told


def retrieve(shelf: Shelf, params: Json, wanted: str) -> Json:
    return shelf.get("payout", wanted)


def listed(shelf: Shelf, params: Json) -> Json:
    rows = shelf.of("payout")
    fits, arrives = having(params, FILTERS), within(params, "arrival_date")
    told = page(shelf, rows, params, wanted=lambda row: fits(row) and arrives(row))
    return {**told, "url": "/v1/payouts"}
