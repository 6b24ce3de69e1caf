"""Checkout sessions as the shopper meets them: paid on the page or in the shop's own form."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Final

from tests.fakes.stripe import attempts, coupons, customers, intents, methods, sessions
from tests.fakes.stripe.errors import Json, Refused, invalid, not_found
from tests.fakes.stripe.events import announce
from tests.fakes.stripe.methods import Means
from tests.fakes.stripe.store import Shelf

DONE: Final = frozenset({"succeeded", "requires_capture", "processing"})


def confirm(shelf: Shelf, session: Json, means: Means, *, save: bool = False) -> Json:
    """The shopper presses "pay"; the intent then. `save`: they agreed to be remembered.

    Raises Refused on a decline (402, the session stays open) and on a session that is over.
    """
    _check_open(session)
    if means.kind not in session["payment_method_types"]:
        raise invalid(f"{means.kind} cannot pay this session.", param="payment_method")
    _know(shelf, session, means, save=save)
    intent = _intent(shelf, session)
    intent["customer"] = session["customer"]
    if save:
        intent["setup_future_usage"] = intent["setup_future_usage"] or "off_session"
    method = methods.make(shelf, means)
    method["allow_redisplay"] = "always" if save else "limited"
    attempts.attempt(shelf, intent, method)
    follow(shelf, intent)
    return intent


def confirm_kept(shelf: Shelf, session: Json, wanted: str) -> Json:
    """As `confirm`, with a card that the page shows to its customer; raises Refused, too."""
    _check_open(session)
    shown = {each["id"]: each for each in kept(shelf, session)}
    if wanted not in shown:
        raise not_found("payment_method", wanted, param="payment_method")
    method = shown[wanted]
    details = method["billing_details"]
    _know(shelf, session, Means(name=details["name"], email=details["email"]), save=False)
    intent = _intent(shelf, session)
    attempts.attempt(shelf, intent, method)
    follow(shelf, intent)
    return intent


def kept(shelf: Shelf, session: Json) -> list[Json]:
    """The customer's cards that may be shown again: those that they agreed to, by default."""
    options = session["saved_payment_method_options"] or {}
    filters = options.get("allow_redisplay_filters") or ["always"]
    owner = session["customer"]
    rows = shelf.linked("payment_method", "customer", owner) if owner else []
    return [
        each for each in rows if each["customer"] == owner and each["allow_redisplay"] in filters
    ]


def _check_open(session: Json) -> None:
    if session["status"] != "open":
        raise invalid("This Checkout Session is no longer open.", code="checkout_session_expired")


def answer(shelf: Shelf, intent: Json, *, agreed: bool, after: timedelta = timedelta(0)) -> None:
    """The shopper answered the issuer or the wallet. Raises Refused (402) on a decline.

    `after`: the money takes that long, or the refusal; the session is complete meanwhile.
    """
    if intent["status"] != "requires_action":
        raise invalid("Nobody waits for this answer.", code="payment_intent_unexpected_state")
    if after:
        attempts.process(shelf, intent)
        shelf.world.after(after, lambda: _arrive(shelf, intent, agreed=agreed))
    else:
        attempts.authenticate(shelf, intent, agreed=agreed)
    follow(shelf, intent)


def run_out(shelf: Shelf, intent: Json) -> None:
    """Nobody scanned the code in its time; the page asks how to pay again."""
    if intent["status"] == "requires_action":
        with suppress(Refused):
            attempts.run_out(shelf, intent)


def _arrive(shelf: Shelf, intent: Json, *, agreed: bool) -> None:
    """What took long has ended; unless it was canceled meanwhile."""
    if intent["status"] != "processing":
        return
    end = "succeeded"
    try:
        attempts.authenticate(shelf, intent, agreed=agreed)
    except Refused:
        end = "failed"
    session = shelf.objects.get(shelf.notes[intent["id"]].get("session", ""))
    if session is not None:
        announce(shelf, f"checkout.session.async_payment_{end}", session)


def follow(shelf: Shelf, intent: Json) -> None:
    """A session whose intent is done is complete."""
    session = shelf.objects.get(shelf.notes[intent["id"]].get("session", ""))
    if session is None or session["status"] != "open" or intent["status"] not in DONE:
        return
    session.update(status="complete", url=None)
    for each in session["discounts"]:
        coupons.redeem(shelf.objects[each["coupon"]])
    announce(shelf, "checkout.session.completed", session)


def _intent(shelf: Shelf, session: Json) -> Json:
    if session["payment_intent"]:
        return shelf.objects[session["payment_intent"]]
    note = shelf.notes[session["id"]]
    intent = intents.for_session(shelf, session, note["asked"])
    back = session.get("return_url") or f"{shelf.world.url}/c/pay/{session['id']}/return"
    shelf.notes[intent["id"]]["return_url"] = back.replace("{CHECKOUT_SESSION_ID}", session["id"])
    session["payment_intent"] = intent["id"]
    shelf.link(session, "payment_intent")
    return intent


def _know(shelf: Shelf, session: Json, means: Means, *, save: bool) -> None:
    """Who pays; a customer is made where something of theirs is to be kept."""
    email = session["customer_email"] or means.email
    session["customer_details"] = sessions.details_of(email, means.name)
    kept = shelf.notes[session["id"]]["asked"].get("setup_future_usage")
    if session["customer"] is None and (save or kept or session["customer_creation"] == "always"):
        session["customer"] = customers.new(shelf, {"email": email, "name": means.name})["id"]
        shelf.link(session, "customer")
