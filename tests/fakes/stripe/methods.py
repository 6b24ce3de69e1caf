"""Payment methods: a card, a wallet or an account of the shopper's."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from tests.fakes.stripe import metadata
from tests.fakes.stripe.cards import BY_TOKEN, CARDS, Card, refusal
from tests.fakes.stripe.errors import Json, card_error, invalid, not_found
from tests.fakes.stripe.events import announce
from tests.fakes.stripe.store import Shelf, page

EXPIRY: Final = (12, 2034)


@dataclass(frozen=True, slots=True)
class Means:
    """What the shopper pays with. `wallet` of a card: apple_pay, google_pay, link or ""."""

    kind: str = "card"
    card: Card = CARDS[0]
    wallet: str = ""
    expires: tuple[int, int] = EXPIRY
    name: str | None = None
    email: str | None = None


def make(shelf: Shelf, means: Means) -> Json:
    """A payment method that nobody keeps yet."""
    told = shelf.new(
        "payment_method",
        "pm",
        {
            "allow_redisplay": "unspecified",
            "billing_details": billing(means),
            "customer": None,
            "customer_account": None,
            "metadata": {},
            "type": means.kind,
            means.kind: _own(means),
        },
    )
    shelf.add(told)
    shelf.notes[told["id"]] = {"card": means.card, "saved": False, "detached": False}
    return told


def _own(means: Means) -> Json:
    """What is told under the name of its type: of Link nothing of the card behind it."""
    if means.kind == "card":
        return _card(means)
    return {"email": means.email} if means.kind == "link" else {}


def billing(means: Means) -> Json:
    nowhere = dict.fromkeys(["city", "country", "line1", "line2", "postal_code", "state"])
    return {
        "address": nowhere,
        "email": means.email,
        "name": means.name,
        "phone": None,
        "tax_id": None,
    }


def fingerprint(number: str) -> str:
    return blake2b(number.encode(), digest_size=8).hexdigest()


def checks(card: Card) -> Json:
    cvc = "fail" if card.code == "incorrect_cvc" else "pass"
    return {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": cvc}


def wallet_of(means: Means) -> Json | None:
    if not means.wallet:
        return None
    own: Json = {} if means.wallet == "link" else {means.wallet: {}}
    return {"dynamic_last4": None, "type": means.wallet, **own}


def _card(means: Means) -> Json:
    card = means.card
    return {
        "brand": card.brand,
        "checks": checks(card),
        "country": card.country,
        "display_brand": card.brand,
        "exp_month": means.expires[0],
        "exp_year": means.expires[1],
        "fingerprint": fingerprint(card.number),
        "funding": card.funding,
        "generated_from": None,
        "last4": card.number[-4:],
        "networks": {"available": [card.brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": wallet_of(means),
    }


def find(shelf: Shelf, wanted: str, *, param: str = "payment_method") -> Json:
    """By id, or a new one by the name of a test card; live mode knows no test cards."""
    if wanted in BY_TOKEN and not shelf.live:
        return make(shelf, Means(card=BY_TOKEN[wanted]))
    return shelf.get("payment_method", wanted, param=param)


def card_of(shelf: Shelf, method: Json) -> Card:
    card: Card = shelf.notes[method["id"]]["card"]
    return card


def keep(shelf: Shelf, method: Json, customer: str) -> None:
    """The customer's from now on: `payment_method.attached`. A second call changes nothing."""
    if method["customer"] == customer:
        return
    method["customer"] = customer
    shelf.link(method, "customer")
    announce(shelf, "payment_method.attached", method)


def retrieve(shelf: Shelf, params: Json, wanted: str) -> Json:
    return shelf.get("payment_method", wanted)


def retrieve_of(shelf: Shelf, customer: str, wanted: str) -> Json:
    """Raises Refused where it is not this customer's."""
    told = shelf.get("payment_method", wanted)
    if told["customer"] != customer:
        raise not_found("payment_method", wanted, param="payment_method")
    return told


def update(shelf: Shelf, params: Json, wanted: str) -> Json:
    told = shelf.get("payment_method", wanted)
    told["metadata"] = metadata.merged(told["metadata"], params.get("metadata", {}))
    told["allow_redisplay"] = params.get("allow_redisplay", told["allow_redisplay"])
    announce(shelf, "payment_method.updated", told)
    return told


def attach(shelf: Shelf, params: Json, wanted: str) -> Json:
    """Raises Refused on one that is another's, was detached, or whose issuer declines at once."""
    told = find(shelf, wanted)
    customer = shelf.get("customer", params["customer"])
    note, card = shelf.notes[told["id"]], card_of(shelf, told)
    if note["detached"] or told["customer"] not in {None, customer["id"]}:
        raise invalid(
            "The payment method you provided has already been attached to a customer.",
            code="payment_method_unexpected_state",
        )
    if card.code and not card.challenge and card.token != "pm_card_chargeCustomerFail":
        raise card_error(refusal(card))
    keep(shelf, told, customer["id"])
    return told


def detach(shelf: Shelf, params: Json, wanted: str) -> Json:
    """Forgotten by its customer, for good."""
    told = shelf.get("payment_method", wanted)
    if told["customer"] is None:
        raise invalid(
            "The payment method you provided is not attached to a customer so detachment is "
            "impossible.",
            code="payment_method_unexpected_state",
        )
    before = {"customer": told["customer"]}
    told["customer"] = None
    shelf.notes[told["id"]]["detached"] = True
    announce(shelf, "payment_method.detached", told, previous=before)
    return told


def listed(shelf: Shelf, params: Json, customer: str = "") -> Json:
    """A customer's, the newest first, of one type where `type` says so."""
    owner = customer or params.get("customer", "")
    if owner:
        shelf.get("customer", owner)
    rows = shelf.linked("payment_method", "customer", owner)
    kind = params.get("type")

    def wanted(row: Json) -> bool:
        return row["customer"] == owner and kind in {None, row["type"]}

    path = f"/v1/customers/{customer}/payment_methods" if customer else "/v1/payment_methods"
    return {**page(shelf, rows, params, wanted=wanted), "url": path}
