"""What becomes of an attempt to pay an intent: money, a hold, a challenge, or the issuer's no."""

from __future__ import annotations

from typing import Any, Final

from tests.fakes.stripe import charges, disputes
from tests.fakes.stripe.cards import SAID, Card, refusal
from tests.fakes.stripe.errors import Json, Refused, card_error
from tests.fakes.stripe.events import announce
from tests.fakes.stripe.methods import card_of, keep
from tests.fakes.stripe.store import Shelf

UNPAID: Final = frozenset({"requires_payment_method", "requires_confirmation", "requires_action"})


def attempt(shelf: Shelf, intent: Json, method: Json, *, off_session: bool = False) -> None:
    """Ask the issuer, unless the shopper has to be asked first: then `requires_action`.

    Raises Refused (402) on a decline, with the intent, which may be paid by other means then.
    """
    touch(shelf, intent)
    intent.update(payment_method=method["id"], last_payment_error=None, next_action=None)
    shelf.notes[intent["id"]]["authenticated"] = False
    if method["type"] == "link":  # who pays was asked by Link itself
        _conclude(shelf, intent, method)
        return
    if method["type"] != "card":
        _ask(shelf, intent, method["type"])
        return
    if not _is_challenged(shelf, method, off_session=off_session):
        _conclude(shelf, intent, method)
        return
    if off_session:
        code = "authentication_required"
        told = {"type": "card_error", "code": code, "decline_code": code, "message": SAID[code]}
        raise fail(shelf, intent, method, told=told)
    _ask(shelf, intent, "card")


def authenticate(shelf: Shelf, intent: Json, *, agreed: bool) -> None:
    """The shopper answered the issuer or the wallet. Raises Refused (402) on a decline."""
    method = shelf.objects[intent["payment_method"]]
    note = shelf.notes[intent["id"]]
    touch(shelf, intent)
    intent["next_action"] = None
    if not agreed:
        code = "payment_intent_authentication_failure"
        told = {"type": "invalid_request_error", "code": code, "message": SAID[code]}
        raise fail(shelf, intent, method, told=told, charged=False)
    note["authenticated"] = method["type"] == "card"
    _conclude(shelf, intent, method)
    if intent["setup_future_usage"]:
        shelf.notes[method["id"]]["saved"] = True


def run_out(shelf: Shelf, intent: Json) -> None:
    """The time for an answer is over. Raises Refused (402), as a decline does."""
    method = shelf.objects[intent["payment_method"]]
    touch(shelf, intent)
    intent["next_action"] = None
    code = "payment_intent_payment_attempt_expired"
    told = {"type": "invalid_request_error", "code": code, "message": SAID[code]}
    raise fail(shelf, intent, method, told=told, charged=False)


def process(shelf: Shelf, intent: Json) -> None:
    """The money is under way."""
    touch(shelf, intent)
    intent.update(status="processing", next_action=None)
    announce(shelf, "payment_intent.processing", intent)


def fail(shelf: Shelf, intent: Json, method: Json, *, told: Json, charged: bool = True) -> Refused:
    """Note the decline; the refusal to raise. `charged`: whether the issuer was asked."""
    if charged:
        charge = charges.make(shelf, intent, method, failure=told)
        intent["latest_charge"] = told["charge"] = charge["id"]
        announce(shelf, "charge.failed", charge)
    error = {**told, "payment_method": dict(method)}
    intent.update(status="requires_payment_method", payment_method=None, last_payment_error=error)
    announce(shelf, "payment_intent.payment_failed", intent)
    return card_error({**error, "payment_intent": dict(intent)})


def touch(shelf: Shelf, intent: Json) -> None:
    """The moment of its last change: search finds it a minute after."""
    shelf.notes[intent["id"]]["touched"] = shelf.world.now()


def mark_paid(shelf: Shelf, intent: Json) -> None:
    """The checkout session of the intent, if it has one, is paid."""
    session = shelf.objects.get(shelf.notes[intent["id"]].get("session", ""))
    if session is not None:
        session["payment_status"] = "paid"


def _is_challenged(shelf: Shelf, method: Json, *, off_session: bool) -> bool:
    card: Card = card_of(shelf, method)
    saved = shelf.notes[method["id"]]["saved"]
    if card.challenge == "unless saved":
        return not (off_session and saved)
    return bool(card.challenge)


def _ask(shelf: Shelf, intent: Json, kind: str) -> None:
    """`next_action`: where the shopper has to go. Wallets of China have their own kinds."""
    note, url = shelf.notes[intent["id"]], shelf.world.url
    page = f"{url}/authenticate/{intent['client_secret']}"
    back: dict[str, Any] = {"return_url": note.get("return_url"), "url": page}
    action = {"type": "redirect_to_url", "redirect_to_url": back}
    if kind == "alipay":
        nothing = {"native_data": None, "native_url": None}
        action = {"type": "alipay_handle_redirect", "alipay_handle_redirect": back | nothing}
    elif kind == "wechat_pay":
        code = {
            "data": page,
            "hosted_instructions_url": page,
            "image_data_url": "data:image/png;base64,",
            "image_url_png": f"{page}?png",
            "image_url_svg": f"{page}?svg",
        }
        action = {"type": "wechat_pay_display_qr_code", "wechat_pay_display_qr_code": code}
    elif not note.get("return_url"):
        action = {"type": "use_stripe_sdk", "use_stripe_sdk": {"stripe_js": page}}
    intent.update(status="requires_action", next_action=action)
    announce(shelf, "payment_intent.requires_action", intent)


def _conclude(shelf: Shelf, intent: Json, method: Json) -> None:
    card = card_of(shelf, method)
    if method["type"] == "card" and card.code:
        raise fail(shelf, intent, method, told=refusal(card))
    charge = charges.make(shelf, intent, method)
    intent["latest_charge"] = charge["id"]
    announce(shelf, "charge.succeeded", charge)
    if intent["setup_future_usage"] and intent["customer"]:
        keep(shelf, method, intent["customer"])
    if intent["capture_method"] == "manual":
        _hold(shelf, intent)
        return
    intent.update(status="succeeded", amount_received=intent["amount"])
    announce(shelf, "payment_intent.succeeded", intent)
    mark_paid(shelf, intent)
    later = intent["capture_method"] == "automatic_async"
    charges.settle(shelf, charge, charge["amount"], later=later)
    disputes.expect(shelf, charge, card)


def _hold(shelf: Shelf, intent: Json) -> None:
    intent.update(status="requires_capture", amount_capturable=intent["amount"])
    announce(shelf, "payment_intent.amount_capturable_updated", intent)
    shelf.world.after(charges.HELD_FOR, lambda: lapse(shelf, intent))


def lapse(shelf: Shelf, intent: Json) -> None:
    """The hold is over: nothing more can be captured. Nothing changes where all was."""
    if intent["status"] != "requires_capture":
        return
    charge = shelf.objects[intent["latest_charge"]]
    if intent["amount_received"]:
        intent.update(status="succeeded", amount_capturable=0)
        announce(shelf, "payment_intent.succeeded", intent)
        return
    charge.update(refunded=True, amount_refunded=charge["amount"])
    announce(shelf, "charge.expired", charge)
    close(shelf, intent, "automatic")


def close(shelf: Shelf, intent: Json, reason: str | None) -> None:
    """Canceled: what was held is released, and nothing can be paid any more."""
    touch(shelf, intent)
    intent.update(
        status="canceled",
        amount_capturable=0,
        canceled_at=shelf.world.timestamp(),
        cancellation_reason=reason,
        next_action=None,
    )
    announce(shelf, "payment_intent.canceled", intent)
