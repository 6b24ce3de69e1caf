"""Refunds: money back, at once, after a while, or not after all."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from tests.fakes.stripe import balance, metadata
from tests.fakes.stripe.errors import Json, invalid, missing
from tests.fakes.stripe.events import announce
from tests.fakes.stripe.methods import card_of
from tests.fakes.stripe.store import Shelf, having, page

PENDING_FOR: Final = timedelta(minutes=2)
FAILS_AFTER: Final = timedelta(minutes=2)
FILTERS: Final = ("charge", "payment_intent")


def create(shelf: Shelf, params: Json) -> Json:
    """All that is left where no `amount`, in minor units, is given."""
    charge = _charge(shelf, params)
    left = charge["amount_captured"] - charge["amount_refunded"]
    claimed = _claimed(shelf, charge)
    if claimed and claimed >= left:
        said = f"Charge {charge['id']} has been charged back; cannot issue a refund."
        raise invalid(said, code="charge_disputed")
    left -= claimed
    amount = params.get("amount", left)
    _check(charge, amount, left)
    return make(shelf, charge, amount=amount, params=params)


def _charge(shelf: Shelf, params: Json) -> Json:
    if "payment_intent" in params:
        intent = shelf.get("payment_intent", params["payment_intent"], param="payment_intent")
        charge = shelf.objects.get(intent["latest_charge"] or "")
        if charge is None or not charge["captured"]:
            said = (
                f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund."
            )
            raise invalid(said, param="payment_intent")
        return charge
    if "charge" not in params:
        raise missing("payment_intent")
    return shelf.get("charge", params["charge"])


def _claimed(shelf: Shelf, charge: Json) -> int:
    """What chargebacks that are open or lost took already; an inquiry took nothing."""
    return sum(
        each["amount"]
        for each in shelf.linked("dispute", "charge", charge["id"])
        if not each["is_charge_refundable"] and each["status"] != "won"
    )


def _check(charge: Json, amount: int, left: int) -> None:
    """Raises Refused where so much cannot be given back."""
    named = charge["id"]
    if not charge["captured"]:
        raise invalid(f"Charge {named} is not captured.", param="charge")
    if left <= 0:
        said = f"Charge {named} has already been refunded."
        raise invalid(said, code="charge_already_refunded")
    if amount < 1:
        said = "This value must be greater than or equal to 1."
        raise invalid(said, code="parameter_invalid_integer", param="amount")
    if amount > left:
        said = f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})"
        raise invalid(said, param="amount")


def make(shelf: Shelf, charge: Json, *, amount: int, params: Json) -> Json:
    """The refund, and what its card is made to do later."""
    card = card_of(shelf, shelf.objects[charge["payment_method"]])
    pending = card.refund == "pending"
    told = shelf.new(
        "refund",
        "re" if charge["id"].startswith("ch_") else "pyr",
        {
            "amount": amount,
            "balance_transaction": None,
            "charge": charge["id"],
            "currency": charge["currency"],
            "customer": charge["customer"],
            "customer_account": None,
            "destination_details": _destination(charge),
            "metadata": metadata.merged({}, params.get("metadata")),
            "payment_intent": charge["payment_intent"],
            "payment_method": charge["payment_method"],
            "reason": params.get("reason"),
            "receipt_number": None,
            "source_transfer_reversal": None,
            "status": "pending" if pending else "succeeded",
            "transfer_reversal": None,
        },
    )
    del told["livemode"]
    if pending:
        told["pending_reason"] = "processing"
    shelf.add(told, links=FILTERS)
    _take(shelf, charge, told)
    if pending:
        shelf.world.after(PENDING_FOR, lambda: move(shelf, told, "succeeded"))
    elif card.refund == "fails":
        shelf.world.after(FAILS_AFTER, lambda: fail(shelf, told))
    return told


def _destination(charge: Json) -> Json:
    kind = charge["payment_method_details"]["type"]
    if kind != "card":
        return {"type": kind, kind: {}}
    card = {
        "reference_status": "pending",
        "reference_type": "acquirer_reference_number",
        "type": "refund",
    }
    return {"type": "card", "card": card}


def _take(shelf: Shelf, charge: Json, told: Json) -> None:
    charge["amount_refunded"] += told["amount"]
    charge["refunded"] = charge["amount_refunded"] >= charge["amount_captured"]
    kind = "refund" if charge["id"].startswith("ch_") else "payment_refund"
    moved = balance.Movement(kind, -told["amount"], at_once=True)
    booked = balance.book(shelf, told, moved)
    told["balance_transaction"] = booked["id"]
    announce(shelf, "refund.created", told)
    announce(shelf, "charge.refunded", charge)


def move(shelf: Shelf, told: Json, status: str) -> None:
    """From pending to where it ends."""
    if told["status"] != "pending":
        return
    before = {"status": told["status"]}
    told["status"] = status
    told.pop("pending_reason", None)
    announce(shelf, "refund.updated", told, previous=before)
    announce(shelf, "charge.refund.updated", told, previous=before)


def fail(
    shelf: Shelf, told: Json, *, status: str = "failed", reason: str = "lost_or_stolen_card"
) -> None:
    """The money came back to the shop: a balance transaction of its own.

    `status`: canceled where the shop itself took a pending refund back, in the dashboard.
    """
    charge = shelf.objects[told["charge"]]
    before = {"status": told["status"]}
    _come_back(shelf, charge, told)
    told.update(status=status, failure_reason=reason)
    told.pop("pending_reason", None)
    if status == "failed":
        announce(shelf, "refund.failed", told)
    announce(shelf, "refund.updated", told, previous=before)
    announce(shelf, "charge.refund.updated", told, previous=before)


def _come_back(shelf: Shelf, charge: Json, told: Json) -> None:
    """At the rate of then: what left comes back."""
    out = shelf.objects[told["balance_transaction"]]
    rate = out["exchange_rate"]
    moved = balance.Movement(
        "refund_failure",
        -out["amount"],
        at_once=True,
        settled=True,
        rate=rate,
        facing=told["amount"],
    )
    booked = balance.book(shelf, told, moved)
    told["failure_balance_transaction"] = booked["id"]
    charge["amount_refunded"] -= told["amount"]
    charge["refunded"] = False


def cancel(shelf: Shelf, params: Json, wanted: str) -> Json:
    """Only of a kind that waits for the shopper: none of these do."""
    told = shelf.get("refund", wanted)
    said = f"A refund with status {told['status']} cannot be canceled; only requires_action can."
    raise invalid(said, param="id")


def retrieve(shelf: Shelf, params: Json, wanted: str) -> Json:
    return shelf.get("refund", wanted)


def update(shelf: Shelf, params: Json, wanted: str) -> Json:
    told = shelf.get("refund", wanted)
    before = {"metadata": told["metadata"]}
    told["metadata"] = metadata.merged(told["metadata"], params.get("metadata", {}))
    announce(shelf, "refund.updated", told, previous=before)
    return told


def listed(shelf: Shelf, params: Json) -> Json:
    rows = shelf.of("refund")
    for name in FILTERS:
        if name in params:
            rows = shelf.linked("refund", name, params[name])
    told = page(shelf, rows, params, wanted=having(params, FILTERS))
    return {**told, "url": "/v1/refunds"}
