"""The pages' HTML: plain forms that need no script."""

from __future__ import annotations

import json
from html import escape

from tests.fakes.stripe.currencies import major
from tests.fakes.stripe.errors import Json
from tests.fakes.stripe.store import Shelf

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 34rem; margin: 2rem auto; padding: 0 1rem }
label { display: block; margin: .5rem 0 }
input:not([type=checkbox], [type=radio]) { display: block; width: 100%;
box-sizing: border-box; padding: .5rem; font: inherit } button { padding: .6rem 1rem; font: inherit;
margin: .25rem .25rem .25rem 0 } table { width: 100%; border-collapse: collapse }
td, th { text-align: left; padding: .25rem 0 } td:last-child, th:last-child { text-align: right }
[role=alert] { border: 2px solid #b00020; padding: .5rem } hr { border: 0; border-top: 1px solid }
"""
FRAME = """
body { margin: 0; padding: 2px; max-width: none; color: var(--colorText, #1a1a1a);
background: var(--colorBackground, transparent); font-family: var(--fontFamily, system-ui) }
input:not([type=radio], [type=checkbox], [type=hidden]) { border: 1px solid currentColor;
border-radius: var(--borderRadius, 4px); background: var(--colorBackground, #fff); color: inherit }
button { background: var(--colorPrimary, #1a1a1a); color: #fff; border: 0; width: 100% }
"""
NAMES = {
    "apple_pay": "Apple Pay",
    "google_pay": "Google Pay",
    "link": "Link",
    "alipay": "Alipay",
    "wechat_pay": "WeChat Pay",
}


def document(title: str, body: str) -> bytes:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>"
        f"<body><main>{body}</main></body></html>"
    ).encode()


def checkout(shelf: Shelf, session: Json, *, kept: list[Json], error: Json | None) -> bytes:
    """The hosted page: the lines, the total, and each way to pay; `kept`: cards of before."""
    lines = shelf.notes[session["id"]]["lines"]
    total, off = (amount(each, session["currency"]) for each in _sums(session))
    return document(
        f"Pay {shelf.account.name}",
        f"<h1>{escape(shelf.account.name)}</h1>{lines_table(lines, total, off=off)}{alert(error)}"
        f"{_form(session, total, kept=kept)}{_back(session)}",
    )


def _sums(session: Json) -> tuple[int, int]:
    return session["amount_total"], session["total_details"]["amount_discount"]


def lines_table(lines: list[Json], total: str, *, off: str) -> str:
    """What is bought, what is taken `off` all of it, and what is left to pay."""
    rows = "".join(
        f"<tr><td>{escape(each['description'])}</td><td>{each['quantity']}</td>"
        f"<td>{amount(each['amount_subtotal'], each['currency'])}</td></tr>"
        for each in lines
    )
    return (
        f"<table><tbody>{rows}</tbody><tfoot><tr><th colspan=2>Discount</th><td>{off}</td></tr>"
        f"<tr><th colspan=2>Total</th>"
        f"<th>{total}</th></tr></tfoot></table>"
    )


def alert(error: Json | None) -> str:
    return f'<p role="alert">{escape(error["message"])}</p>' if error else ""


def amount(value: int, currency: str) -> str:
    return f"{major(value, currency)} {currency.upper()}"


def _form(session: Json, total: str, *, kept: list[Json]) -> str:
    kinds = session["payment_method_types"]
    others = [each for each in kinds if each not in {"card", "link"}]
    buttons = "".join(
        f'<button name="pay_with" value="{each}" formnovalidate>{NAMES[each]}</button>'
        for each in [*wallets_of(session), *others]
    )
    before = "".join(_kept(each) for each in kept)
    card = f"{card_fields()}{consent(session)}" if "card" in kinds else ""
    press = f'<button name="pay_with" value="card">Pay {total}</button>' if card else ""
    return f'<form method="post">{_email(session)}{card}{press}<hr>{before}{buttons}</form>'


def _kept(method: Json) -> str:
    card = method.get("card")
    said = f"{card['brand'].title()} {card['last4']}" if card else NAMES[method["type"]]
    return f'<button name="pay_with" value="{method["id"]}" formnovalidate>{said}</button>'


def wallets_of(session: Json) -> list[str]:
    """Wallets are ways to give a card, and Link may be a type too; it may be switched off."""
    if "card" not in session["payment_method_types"]:
        return []
    link = ((session["wallet_options"] or {}).get("link") or {}).get("display", "auto")
    return ["apple_pay", "google_pay", *(["link"] if link != "never" else [])]


def _email(session: Json) -> str:
    value = escape(session["customer_email"] or "jenny@example.com")
    return f'<label>Email <input name="email" type="email" value="{value}"></label>'


def card_fields() -> str:
    return (
        '<label>Card number <input name="number" inputmode="numeric" autocomplete="cc-number" '
        'required></label><label>Expiry <input name="expiry" placeholder="MM / YY" '
        'autocomplete="cc-exp"></label><label>CVC <input name="cvc" inputmode="numeric" '
        'autocomplete="cc-csc"></label>'
    )


def consent(session: Json) -> str:
    options = session["saved_payment_method_options"] or {}
    if options.get("payment_method_save") != "enabled":
        return ""
    return '<label><input type="checkbox" name="save"> Save my card for next time</label>'


def _back(session: Json) -> str:
    url = session["cancel_url"]
    return f'<p><a href="{escape(url)}">Back</a></p>' if url else ""


def over(session: Json) -> bytes:
    """A session that nobody can pay any more."""
    if session["status"] == "expired":
        return document("Expired", "<h1>This checkout session has expired</h1>")
    return document("Paid", "<h1>You have already paid</h1>")


def challenge(intent: Json, kind: str, *, framed: bool) -> bytes:
    """The issuer's question, or the wallet's page; `framed`: in a dialog of the shop's page."""
    title = NAMES.get(kind, "3-D Secure")
    yes, no = ("Authorise", "Fail") if kind in NAMES else ("Complete", "Fail")
    hidden = '<input type="hidden" name="frame" value="1">' if framed else ""
    sum_ = amount(intent["amount"], intent["currency"])
    return document(
        title,
        f"<h1>{title}</h1><p>{sum_}</p><form method='post'>{hidden}"
        f"<button name='agreed' value='true'>{yes}</button>"
        f"<button name='agreed' value='false'>{no}</button></form>",
    )


def plain(said: str) -> bytes:
    return document(said, f"<h1>{escape(said)}</h1>")


def framed(body: str, data: dict[str, str], *, script: str) -> bytes:
    """The inside of a frame of Stripe.js; `data` for its script."""
    given = " ".join(f'data-{name}="{escape(value)}"' for name, value in data.items())
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Stripe</title>'
        f"<style>{STYLE}{FRAME}</style></head><body {given}>{body}"
        f'<script src="/elements/{script}"></script></body></html>'
    ).encode()


def unloadable(error: Json) -> bytes:
    """In the place of an Element: the shop's page is told by its event `loaderror`."""
    answer = json.dumps({"kind": "loaderror", "error": error})
    return framed(f"<p>{escape(error['message'])}</p>", {"answer": answer}, script="answered.js")


def answered(error: Json | None) -> bytes:
    """The end of a question in a dialog."""
    named = {name: (error or {}).get(name) for name in ("message", "code", "decline_code")}
    answer = json.dumps({"kind": "answered", "error": named if error else None})
    return framed("<p>Done</p>", {"answer": answer}, script="answered.js")
