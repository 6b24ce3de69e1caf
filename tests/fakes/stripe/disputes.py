"""Disputes: the shopper's bank takes the money back until, or unless, the shop wins."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from tests.fakes.stripe import balance, metadata
from tests.fakes.stripe.cards import Card
from tests.fakes.stripe.errors import Json, invalid
from tests.fakes.stripe.events import announce
from tests.fakes.stripe.store import Shelf, having, page

OPENED_AFTER: Final = timedelta(seconds=3)
DUE_WITHIN: Final = timedelta(days=7)
FEE: Final = 2000
"""What a dispute costs in the account's minor units; a win does not bring it back."""
OPEN: Final = frozenset({"needs_response", "warning_needs_response"})
WAITING: Final = frozenset({"under_review", "warning_under_review"})
DECIDED: Final = {"winning_evidence": True, "losing_evidence": False}
FILTERS: Final = ("charge", "payment_intent")
EVIDENCE: Final = (
    "access_activity_log billing_address cancellation_policy cancellation_policy_disclosure "
    "cancellation_rebuttal customer_communication customer_email_address customer_name "
    "customer_purchase_ip customer_signature duplicate_charge_documentation "
    "duplicate_charge_explanation duplicate_charge_id product_description receipt refund_policy "
    "refund_policy_disclosure refund_refusal_explanation service_date service_documentation "
    "shipping_address shipping_carrier shipping_date shipping_documentation "
    "shipping_tracking_number uncategorized_file uncategorized_text"
)


def expect(shelf: Shelf, charge: Json, card: Card) -> None:
    """Cards that are made for it are disputed some seconds after they paid."""
    if card.dispute:
        shelf.world.after(OPENED_AFTER, lambda: _open_expected(shelf, charge, card))


def _open_expected(shelf: Shelf, charge: Json, card: Card) -> None:
    open_dispute(shelf, charge, reason=card.dispute, inquiry=card.inquiry)


def open_dispute(
    shelf: Shelf, charge: Json, *, reason: str, inquiry: bool = False, amount: int | None = None
) -> Json:
    """`amount` in the charge's minor units; all that is not refunded where none is given."""
    left = charge["amount_captured"] - charge["amount_refunded"]
    claimed = left if amount is None else amount
    due = int((shelf.world.now() + DUE_WITHIN).timestamp())
    told = shelf.new(
        "dispute",
        "du",
        {
            "amount": claimed,
            "balance_transactions": [],
            "charge": charge["id"],
            "currency": charge["currency"],
            "enhanced_eligibility_types": [],
            "evidence": {**dict.fromkeys(EVIDENCE.split()), "enhanced_evidence": {}},
            "evidence_details": {
                "due_by": due,
                "enhanced_eligibility": {},
                "has_evidence": False,
                "past_due": False,
                "submission_count": 0,
            },
            "is_charge_refundable": inquiry,
            "metadata": {},
            "payment_intent": charge["payment_intent"],
            "payment_method_details": _details(charge, inquiry=inquiry),
            "reason": reason,
            "status": "warning_needs_response" if inquiry else "needs_response",
        },
    )
    shelf.add(told, links=FILTERS)
    charge["disputed"] = True
    announce(shelf, "charge.dispute.created", told)
    if not inquiry:
        _move_money(shelf, told, -claimed, fee=FEE)
        announce(shelf, "charge.dispute.funds_withdrawn", told)
    shelf.world.after(DUE_WITHIN, lambda: _fall_due(shelf, told))
    return told


def _details(charge: Json, *, inquiry: bool) -> Json:
    card = charge["payment_method_details"].get("card")
    if card is None:
        return {"type": charge["payment_method_details"]["type"]}
    own = {
        "brand": card["brand"],
        "case_type": "inquiry" if inquiry else "chargeback",
        "network": card["brand"],
        "network_reason_code": "10.4",
    }
    return {"type": "card", "card": own}


def _move_money(shelf: Shelf, told: Json, amount: int, *, fee: int = 0) -> None:
    moved = balance.Movement("adjustment", amount, fee=fee, at_once=True)
    booked = balance.book(shelf, {**told, "description": None}, moved)
    told["balance_transactions"] = [*told["balance_transactions"], booked]


def _fall_due(shelf: Shelf, told: Json) -> None:
    """Nobody answered in time: the bank keeps the money; an inquiry ends."""
    if told["status"] not in OPEN:
        return
    told["evidence_details"] = {**told["evidence_details"], "past_due": True}
    decide(shelf, told, won=False)


def decide(shelf: Shelf, told: Json, *, won: bool) -> None:
    """The bank decides. Raises Refused on a dispute that is closed."""
    if told["status"] not in OPEN | WAITING:
        raise invalid("This dispute is already closed", code="dispute_closed")
    inquiry = told["status"].startswith("warning_")
    told["status"] = "warning_closed" if inquiry else ("won" if won else "lost")
    if won and not inquiry:
        _move_money(shelf, told, told["amount"])
        announce(shelf, "charge.dispute.funds_reinstated", told)
    announce(shelf, "charge.dispute.closed", told)


def escalate(shelf: Shelf, told: Json) -> None:
    """The bank is not content with an answer, or has none: it takes the money after all."""
    charge = shelf.objects[told["charge"]]
    due = int((shelf.world.now() + DUE_WITHIN).timestamp())
    told["status"], told["is_charge_refundable"] = "needs_response", False
    told["payment_method_details"] = _details(charge, inquiry=False)
    told["evidence_details"] = {**told["evidence_details"], "due_by": due, "past_due": False}
    announce(shelf, "charge.dispute.updated", told)
    _move_money(shelf, told, -told["amount"], fee=FEE)
    announce(shelf, "charge.dispute.funds_withdrawn", told)


def retrieve(shelf: Shelf, params: Json, wanted: str) -> Json:
    return shelf.get("dispute", wanted)


def update(shelf: Shelf, params: Json, wanted: str) -> Json:
    """Keep evidence; with `submit`, the default, send it to the bank, which may decide at once."""
    told = shelf.get("dispute", wanted)
    evidence = params.get("evidence") or {}
    submit = params.get("submit", bool(evidence))
    if (evidence or submit) and told["status"] not in OPEN:
        raise invalid("This dispute is already closed", code="dispute_closed")
    told["metadata"] = metadata.merged(told["metadata"], params.get("metadata", {}))
    given = {name: value or None for name, value in evidence.items()}
    told["evidence"] = {**told["evidence"], **given}
    has = any(value for name, value in told["evidence"].items() if name != "enhanced_evidence")
    details = {**told["evidence_details"], "has_evidence": has}
    if submit:
        details["submission_count"] += 1
        told["status"] = told["status"].replace("needs_response", "under_review")
    told["evidence_details"] = details
    announce(shelf, "charge.dispute.updated", told)
    said = told["evidence"].get("uncategorized_text")
    if submit and said in DECIDED:
        decide(shelf, told, won=DECIDED[said])
    return told


def close(shelf: Shelf, params: Json, wanted: str) -> Json:
    """The shop gives in: lost."""
    told = shelf.get("dispute", wanted)
    decide(shelf, told, won=False)
    return told


def listed(shelf: Shelf, params: Json) -> Json:
    rows = shelf.of("dispute")
    for name in FILTERS:
        if name in params:
            rows = shelf.linked("dispute", name, params[name])
    told = page(shelf, rows, params, wanted=having(params, FILTERS))
    return {**told, "url": "/v1/disputes"}
