"""What a shopper does on Stripe's pages, without the pages: for those and for tests in a hurry."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from tests.fakes.stripe import checkout
from tests.fakes.stripe.cards import BY_NUMBER, SAID, UNKNOWN, passes_luhn
from tests.fakes.stripe.errors import Json, Refused, card_error
from tests.fakes.stripe.methods import EXPIRY, Means
from tests.fakes.stripe.store import Shelf, World

WALLETS: Final = frozenset({"apple_pay", "google_pay", "link"})
OTHERS: Final = frozenset({"alipay", "wechat_pay"})


@dataclass(frozen=True, slots=True)
class Sent:
    """Where the browser is sent, or why it stays: Stripe's error object."""

    url: str = ""
    error: Json | None = None


def find(world: World, wanted: str, kind: str = "") -> tuple[Shelf, Json]:
    """An object by its id, whoever's it is; raises KeyError where there is none of that kind."""
    for shelf in world.shelves.values():
        told = shelf.objects.get(wanted)
        if told is not None and kind in {"", told["object"]}:
            return shelf, told
    raise KeyError(wanted)


def means_of(form: dict[str, str], kinds: Collection[str]) -> Means:
    """`pay_with`: card, a wallet or another method; a card by `number`. Raises Refused (402).

    Link is a method where it is among the session's `kinds`, and a wallet of cards elsewhere.
    """
    chosen = form.get("pay_with", "card")
    email, name = form.get("email") or None, form.get("name") or None
    if chosen in OTHERS or (chosen == "link" and chosen in kinds):
        return Means(chosen, email=email, name=name)
    if chosen in WALLETS:
        return Means(wallet=chosen, email=email, name=name)
    number = "".join(form.get("number", "").split())
    if number not in BY_NUMBER and not passes_luhn(number):
        code = "incorrect_number"
        raise card_error({"type": "card_error", "code": code, "message": SAID[code]})
    card = BY_NUMBER.get(number, UNKNOWN)
    return Means(card=card, expires=_expiry(form.get("expiry", "")), email=email, name=name)


def _expiry(said: str) -> tuple[int, int]:
    month, _, year = said.replace(" ", "").partition("/")
    if not (month.isdecimal() and year.isdecimal()):
        return EXPIRY
    return int(month), 2000 + int(year) % 100


def pay(shelf: Shelf, session: Json, form: dict[str, str]) -> Sent:
    """Press "pay". A decline leaves the page where it is."""
    try:
        intent = _confirmed(shelf, session, form)
    except Refused as refusal:
        return Sent(error=refusal.error)
    return Sent(next_url(shelf, session, intent))


def _confirmed(shelf: Shelf, session: Json, form: dict[str, str]) -> Json:
    chosen = form.get("pay_with", "card")
    if chosen.startswith("pm_"):
        return checkout.confirm_kept(shelf, session, chosen)
    save = form.get("save") in {"on", "true", "1"}
    means = means_of(form, session["payment_method_types"])
    return checkout.confirm(shelf, session, means, save=save)


def answer(shelf: Shelf, intent: Json, *, agreed: bool, after: timedelta = timedelta(0)) -> Sent:
    """Complete or fail what the issuer or the wallet asks for."""
    session = shelf.objects.get(shelf.notes[intent["id"]].get("session", ""))
    try:
        checkout.answer(shelf, intent, agreed=agreed, after=after)
    except Refused as refusal:
        return Sent(back_url(shelf, session, intent), refusal.error)
    if session is None:
        return Sent(shelf.notes[intent["id"]].get("return_url") or "")
    return Sent(next_url(shelf, session, intent))


def next_url(shelf: Shelf, session: Json, intent: Json) -> str:
    if intent["status"] == "requires_action":
        return f"{shelf.world.url}/authenticate/{intent['client_secret']}"
    target: str = session["success_url"] or session["return_url"]
    return target.replace("{CHECKOUT_SESSION_ID}", session["id"])


def back_url(shelf: Shelf, session: Json | None, intent: Json) -> str:
    """Where the shopper tries again after they failed."""
    if session is not None and session["url"]:
        return str(session["url"])
    return shelf.notes[intent["id"]].get("return_url") or ""
