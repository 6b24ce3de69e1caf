"""Charges: one for each time an issuer was asked, with the card's details and the outcome."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from tests.fakes.stripe import balance, metadata
from tests.fakes.stripe.currencies import convert
from tests.fakes.stripe.errors import Json
from tests.fakes.stripe.events import announce
from tests.fakes.stripe.methods import card_of
from tests.fakes.stripe.store import Shelf, having, page

HELD_FOR: Final = timedelta(days=7)
BOOKED_AFTER: Final = timedelta(seconds=2)
"""How long a charge that is captured asynchronously has no balance transaction yet."""

NEVER: Final = (
    "application",
    "application_fee",
    "application_fee_amount",
    "balance_transaction",
    "failure_balance_transaction",
    "on_behalf_of",
    "receipt_number",
    "receipt_url",
    "review",
    "source_transfer",
    "statement_descriptor",
    "transfer_data",
    "transfer_group",
)
"""What a new charge does not have, or a shop's never has."""


def make(shelf: Shelf, intent: Json, method: Json, *, failure: Json | None = None) -> Json:
    """The issuer's yes, or with `failure` its no, about all of the intent's amount."""
    held = intent["capture_method"] == "manual" and not failure
    amount = intent["amount"]
    told = shelf.new(
        "charge",
        "ch" if method["type"] == "card" else "py",
        {
            **dict.fromkeys(NEVER),
            "amount": amount,
            "amount_captured": 0 if held or failure else amount,
            "amount_refunded": 0,
            "billing_details": method["billing_details"],
            "calculated_statement_descriptor": shelf.account.name.upper()[:22],
            "captured": not held and not failure,
            "currency": intent["currency"],
            "customer": intent["customer"],
            "description": intent["description"],
            "disputed": False,
            "failure_code": failure["code"] if failure else None,
            "failure_message": failure["message"] if failure else None,
            "fraud_details": {},
            "metadata": dict(intent["metadata"]),
            "outcome": _outcome(failure),
            "paid": not failure,
            "payment_intent": intent["id"],
            "payment_method": method["id"],
            "payment_method_details": _details(shelf, intent, method),
            "radar_options": {},
            "receipt_email": intent["receipt_email"],
            "refunded": False,
            "shipping": intent["shipping"],
            "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
            "status": "failed" if failure else "succeeded",
        },
    )
    shelf.add(told, links=["payment_intent", "customer"])
    return told


def _outcome(failure: Json | None) -> Json:
    reason = failure.get("decline_code", failure["code"]) if failure else None
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": "05" if failure else None,
        "network_status": "declined_by_network" if failure else "approved_by_network",
        "reason": reason,
        "risk_level": "normal",
        "risk_score": 20,
        "seller_message": "The bank declined the payment." if failure else "Payment complete.",
        "type": "issuer_declined" if failure else "authorized",
    }


def _details(shelf: Shelf, intent: Json, method: Json) -> Json:
    kind, number = method["type"], shelf.world.new_id("x", 16)[2:]
    own: dict[str, Any] = {
        "link": {"country": "US"},
        "alipay": {"buyer_id": "2088" + "0" * 12, "fingerprint": number, "transaction_id": number},
        "wechat_pay": {"fingerprint": number, "transaction_id": number},
    }
    return {"type": kind, kind: own.get(kind) or _card(shelf, intent, method)}


def _card(shelf: Shelf, intent: Json, method: Json) -> Json:
    card, kept = card_of(shelf, method), method["card"]
    note = shelf.notes[intent["id"]]
    held = {}
    if intent["capture_method"] == "manual":
        held = {"capture_before": int((shelf.world.now() + HELD_FOR).timestamp())}
    names = ("brand", "checks", "country", "exp_month", "exp_year", "fingerprint", "funding")
    return {
        **{name: kept[name] for name in names},
        **held,
        "amount_authorized": intent["amount"],
        "authorization_code": "123456",
        "extended_authorization": {"status": "disabled"},
        "incremental_authorization": {"status": "unavailable"},
        "installments": None,
        "last4": kept["last4"],
        "mandate": None,
        "multicapture": {"status": "available" if note.get("multicapture") else "unavailable"},
        "network": card.brand,
        "network_token": {"used": False},
        "network_transaction_id": shelf.world.new_id("x", 15)[2:],
        "overcapture": {"maximum_amount_capturable": intent["amount"], "status": "unavailable"},
        "regulated_status": "unregulated",
        "three_d_secure": _three_d_secure() if note.get("authenticated") else None,
        "wallet": kept["wallet"],
    }


def _three_d_secure() -> Json:
    return {
        "authentication_flow": "challenge",
        "electronic_commerce_indicator": "05",
        "exemption_indicator": None,
        "result": "authenticated",
        "result_reason": None,
        "transaction_id": None,
        "version": "2.2.0",
    }


def settle(shelf: Shelf, charge: Json, amount: int, *, later: bool = False) -> None:
    """Book what was captured; `later`: some seconds after, as asynchronous capture does."""
    if later:
        shelf.world.after(BOOKED_AFTER, lambda: _settle_late(shelf, charge, amount))
        return
    settled, _rate = convert(amount, charge["currency"], shelf.account.currency)
    card = card_of(shelf, shelf.objects[charge["payment_method"]])
    kind = "charge" if charge["id"].startswith("ch_") else "payment"
    fee = balance.fee_of(settled, shelf.account.currency)
    moved = balance.Movement(kind, amount, fee=fee, at_once=card.at_once)
    booked = balance.book(shelf, charge, moved)
    charge["balance_transaction"] = booked["id"]


def _settle_late(shelf: Shelf, charge: Json, amount: int) -> None:
    settle(shelf, charge, amount)
    announce(shelf, "charge.updated", charge, previous={"balance_transaction": None})


def retrieve(shelf: Shelf, params: Json, wanted: str) -> Json:
    return shelf.get("charge", wanted)


def update(shelf: Shelf, params: Json, wanted: str) -> Json:
    told = shelf.get("charge", wanted)
    before = {"metadata": told["metadata"]}
    told["metadata"] = metadata.merged(told["metadata"], params.get("metadata", {}))
    told["description"] = params.get("description", told["description"])
    announce(shelf, "charge.updated", told, previous=before)
    return told


def listed(shelf: Shelf, params: Json) -> Json:
    rows = shelf.of("charge")
    if "payment_intent" in params:
        rows = shelf.linked("charge", "payment_intent", params["payment_intent"])
    told = page(shelf, rows, params, wanted=having(params, ("customer", "payment_intent")))
    return {**told, "url": "/v1/charges"}
