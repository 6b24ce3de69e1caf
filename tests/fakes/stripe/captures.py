"""Holds: to capture all or a part of one, or to let it go."""

from __future__ import annotations

from typing import Final

from tests.fakes.stripe import charges, disputes, metadata
from tests.fakes.stripe.attempts import UNPAID, close, mark_paid, touch
from tests.fakes.stripe.errors import Json, Refused, invalid
from tests.fakes.stripe.events import announce
from tests.fakes.stripe.methods import card_of
from tests.fakes.stripe.store import Shelf

CANCELLABLE: Final = UNPAID | {"requires_capture", "processing"}


def unexpected(intent: Json, verb: str, allowed: str) -> Refused:
    """The intent's state does not allow what was asked: 400, with the intent."""
    refusal = invalid(
        f"This PaymentIntent could not be {verb} because it has a status of {intent['status']}. "
        f"Only a PaymentIntent with one of the following statuses may be {verb}: {allowed}.",
        code="payment_intent_unexpected_state",
    )
    refusal.error["payment_intent"] = dict(intent)
    return refusal


def capture(shelf: Shelf, params: Json, wanted: str) -> Json:
    """Take what is held; the rest is released unless `final_capture` is false."""
    intent = shelf.get("payment_intent", wanted)
    if intent["status"] != "requires_capture":
        raise unexpected(intent, "captured", "requires_capture")
    amount: int = {"amount_to_capture": intent["amount_capturable"], **params}["amount_to_capture"]
    final = params.get("final_capture", True)
    least = 0 if final and intent["amount_received"] else 1  # 0 lets the rest of parts go
    if not least <= amount <= intent["amount_capturable"]:
        said = f"The remaining amount capturable is {intent['amount_capturable']}."
        raise invalid(said, code="amount_too_large", param="amount_to_capture")
    if not final and not _in_parts(shelf, intent):
        said = "final_capture can only be false where multicapture is available."
        raise invalid(said, param="final_capture")
    intent["metadata"] = metadata.merged(intent["metadata"], params.get("metadata"))
    _take(shelf, intent, amount, final=final)
    return intent


def _in_parts(shelf: Shelf, intent: Json) -> bool:
    """Multicapture was asked for, and cards alone have it."""
    asked: bool = shelf.notes[intent["id"]].get("multicapture", False)
    return asked and shelf.objects[intent["payment_method"]]["type"] == "card"


def _take(shelf: Shelf, intent: Json, amount: int, *, final: bool) -> None:
    charge = shelf.objects[intent["latest_charge"]]
    touch(shelf, intent)
    left = intent["amount_capturable"] - amount
    done = final or not left
    charge["amount_captured"] += amount
    charge["captured"] = True
    if done:
        _end_hold(charge)
    if amount:
        charges.settle(shelf, charge, amount)
    if done:
        disputes.expect(shelf, charge, card_of(shelf, shelf.objects[charge["payment_method"]]))
    announce(shelf, "charge.captured", charge)
    intent["amount_received"] += amount
    intent["amount_capturable"] = 0 if done else left
    if done:
        intent["status"] = "succeeded"
        announce(shelf, "payment_intent.succeeded", intent)
    else:
        announce(shelf, "payment_intent.amount_capturable_updated", intent)
    mark_paid(shelf, intent)


def cancel(shelf: Shelf, params: Json, wanted: str) -> Json:
    """End an intent that did not succeed; a hold is released."""
    intent = shelf.get("payment_intent", wanted)
    if intent["status"] not in CANCELLABLE:
        raise unexpected(intent, "canceled", ", ".join(sorted(CANCELLABLE)))
    if "session" in shelf.notes[intent["id"]] and intent["status"] != "requires_capture":
        # docs.stripe.com/api/payment_intents/cancel
        raise invalid(
            "You cannot cancel this PaymentIntent because it belongs to a Checkout Session. "
            "Expire the Checkout Session instead.",
            code="payment_intent_unexpected_state",
        )
    release(shelf, intent)
    close(shelf, intent, params.get("cancellation_reason"))
    return intent


def release(shelf: Shelf, intent: Json) -> None:
    """Give back what is held: the charge counts as refunded without a refund's money moving."""
    if intent["status"] != "requires_capture" or intent["amount_received"]:
        return
    charge = shelf.objects[intent["latest_charge"]]
    charge.update(refunded=True, amount_refunded=charge["amount"])
    _end_hold(charge)
    announce(shelf, "charge.refunded", charge)


def _end_hold(charge: Json) -> None:
    details = charge["payment_method_details"]
    details[details["type"]].pop("capture_before", None)
