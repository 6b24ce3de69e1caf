"""What Stripe.js and the frames of its Elements talk to: with a publishable key and a secret."""

from __future__ import annotations

import json
from decimal import Decimal
from functools import cache
from html import escape
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl

from tests.fakes.stripe import html, shopper
from tests.fakes.stripe.currencies import digits, major
from tests.fakes.stripe.errors import Json, Refused, invalid
from tests.fakes.stripe.page import Page
from tests.fakes.stripe.request import Request
from tests.fakes.stripe.store import Shelf, World

STATIC: Final = Path(__file__).parent / "static"
SCRIPTS: Final = {
    "/v3/": "stripe.js",
    "/v3/stripe.js": "stripe.js",
    "/dahlia/stripe.js": "stripe.js",
    "/endive/stripe.js": "stripe.js",
    "/elements/frame.js": "frame.js",
    "/elements/answered.js": "answered.js",
}
OPEN_TO_ALL: Final = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-store"}


@cache
def script(name: str) -> Page:
    headers = {"Content-Type": "text/javascript; charset=utf-8", **OPEN_TO_ALL}
    return Page(200, (STATIC / name).read_bytes(), headers)


def told(status: int, answer: Json) -> Page:
    headers = {"Content-Type": "application/json", **OPEN_TO_ALL}
    return Page(status, json.dumps(answer).encode(), headers)


def endpoint(world: World, request: Request) -> Page:
    """`/v1/payment_pages/{session}/init` and `/confirm`."""
    form = dict(parse_qsl(request.form))
    try:
        shelf, session = _entered(world, form)
        if request.path.endswith("/init"):
            return told(200, {"session": view(shelf, session)})
        return told(200, confirmed(shelf, session, form))
    except Refused as refusal:
        return told(200, {"error": _shown(refusal.error)})


def frame(world: World, request: Request) -> Page:
    """The inside of an Element, or a page that says why there is none."""
    form, kind = dict(parse_qsl(request.form)), request.path.rpartition("/")[2]
    try:
        shelf, session = _entered(world, form)
    except Refused as refusal:
        names = ("type", "code", "message", "param")
        named = {name: refusal.error[name] for name in names if name in refusal.error}
        return Page(200, html.unloadable(named))
    inner = _payment(session) if kind == "payment" else _express(shelf, session, form)
    return Page(
        200,
        html.framed(
            f"<form>{inner}</form>", {"kind": kind, "cs": session["id"]}, script="frame.js"
        ),
    )


def _entered(world: World, form: dict[str, str]) -> tuple[Shelf, Json]:
    """Whose secret it is; raises Refused where the key is another account's or mode's."""
    secret = form.get("client_secret", "")
    try:
        shelf, session = shopper.find(world, secret.partition("_secret_")[0], "checkout.session")
    except KeyError:
        shelf, session = None, {}
    keys = [each.secret for each in shelf.account.keys if each.live == shelf.live] if shelf else []
    if shelf is None or form.get("key") not in keys or session["client_secret"] != secret:
        raise invalid("No such payment_page", code="resource_missing", param="client_secret")
    return shelf, session


def view(shelf: Shelf, session: Json) -> Json:
    """The session as Stripe.js tells it: amounts both as text and in minor units."""
    currency, total = session["currency"], session["amount_total"]
    nothing = _money(0, currency)
    return {
        "id": session["id"],
        "businessName": shelf.account.name,
        "canConfirm": session["status"] == "open",
        "currency": currency,
        "email": session["customer_email"],
        "lineItems": [
            {
                "id": each["id"],
                "name": each["description"],
                "quantity": each["quantity"],
                "total": _money(each["amount_total"], currency),
                "unitAmount": _money(each["price"]["unit_amount"], currency),
            }
            for each in shelf.notes[session["id"]]["lines"]
        ],
        "livemode": session["livemode"],
        "minorUnitsAmountDivisor": 10 ** digits(currency),
        "status": {"type": session["status"], "paymentStatus": session["payment_status"]},
        "total": {
            "discount": _money(session["total_details"]["amount_discount"], currency),
            "shippingRate": nothing,
            "subtotal": _money(session["amount_subtotal"], currency),
            "taxExclusive": nothing,
            "taxInclusive": nothing,
            "total": _money(total, currency),
        },
    }


def _money(amount: int, currency: str) -> Json:
    exact: Decimal = major(amount, currency)
    return {"amount": f"{currency.upper()} {exact}", "minorUnitsAmount": amount}


def confirmed(shelf: Shelf, session: Json, form: dict[str, str]) -> Json:
    """Where to go: `return_url`, and before it `url` where there is a `challenge`."""
    if not (form.get("email") or session["customer_email"] or session["customer"]):
        raise invalid("An email is needed to confirm.", code="email_required", param="email")
    sent = shopper.pay(shelf, session, form)
    if sent.error:
        return {"error": _shown(sent.error)}
    intent = shelf.objects[session["payment_intent"]]
    back = form.get("return_url") or session["return_url"]
    back = back.replace("{CHECKOUT_SESSION_ID}", session["id"])
    shelf.notes[intent["id"]]["return_url"] = back
    if intent["status"] != "requires_action":
        return {"return_url": back}
    kind = "dialog" if form.get("pay_with", "card") == "card" else "redirect"
    return {"return_url": back, "challenge": kind, "url": sent.url}


def _shown(error: Json) -> Json:
    """An error as Stripe.js tells it: with its decline code where the payment was tried."""
    if error["type"] != "card_error":
        return {"message": error["message"], "code": None}
    failed = {"declineCode": error.get("decline_code")}
    return {"message": error["message"], "code": "paymentFailed", "paymentFailed": failed}


def _payment(session: Json) -> str:
    kinds = [each for each in session["payment_method_types"] if each != "link"]  # has its button
    if len(kinds) == 1:
        chosen = f'<input type="hidden" name="pay_with" value="{kinds[0]}">'
    else:
        chosen = "".join(_radio(each, checked=each == kinds[0]) for each in kinds)
    card = f"<div data-card>{html.card_fields()}{html.consent(session)}</div>"
    return chosen + (card if "card" in kinds else "")


def _radio(kind: str, *, checked: bool) -> str:
    name, mark = html.NAMES.get(kind, "Card"), "checked" if checked else ""
    return f'<label><input type="radio" name="pay_with" value="{kind}" {mark}> {name}</label>'


def _express(shelf: Shelf, session: Json, form: dict[str, str]) -> str:
    """The wallets, where the shop's domain is registered and cards are taken."""
    domains: list[Any] = shelf.of("payment_method_domain")
    known = next((each for each in domains if each["domain_name"] == form.get("host")), None)
    if known is None:
        return ""
    return "".join(
        f'<button value="{escape(each)}">{html.NAMES[each]}</button>'
        for each in html.wallets_of(session)
        if known[each]["status"] == "active"
    )
