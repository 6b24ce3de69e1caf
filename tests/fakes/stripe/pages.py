"""Stripe's pages: the hosted checkout, the issuer's question, and what browsers load."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final
from urllib.parse import parse_qsl

from tests.fakes.stripe import checkout, elements, html, shopper
from tests.fakes.stripe.errors import Json
from tests.fakes.stripe.gate import Gate
from tests.fakes.stripe.page import Page, see
from tests.fakes.stripe.request import Request
from tests.fakes.stripe.store import Shelf, World

NOWHERE: Final = Page(404, html.plain("Page not found"))


class Pages:
    """Whatever is no address of the API; under the gate's lock."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def page(self, request: Request) -> Page | None:
        """None where the address is the API's."""
        if request.path in elements.SCRIPTS:
            return elements.script(elements.SCRIPTS[request.path])
        for start, do in self._doors():
            if request.path.startswith(start):
                with self._gate.lock:
                    self._gate.world.catch_up()
                    return do(request)
        return None

    def _doors(self) -> tuple[tuple[str, Callable[[Request], Page]], ...]:
        return (
            ("/c/pay/", self._checkout),
            ("/authenticate/", self._authenticate),
            ("/elements/", partial(elements.frame, self._gate.world)),
            ("/v1/payment_pages/", partial(elements.endpoint, self._gate.world)),
        )

    def _checkout(self, request: Request) -> Page:
        wanted = request.path.split("/")[3]
        try:
            shelf, session = shopper.find(self._gate.world, wanted, "checkout.session")
        except KeyError:
            return NOWHERE
        if request.path.endswith("/return"):
            return self._returned(shelf, session)
        return _opened(shelf, session, request)

    def _returned(self, shelf: Shelf, session: Json) -> Page:
        """From the issuer or a wallet: on to the shop, or to the page to try again."""
        if session["status"] == "complete":
            return see(session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"]))
        return see(session["url"] or f"{shelf.world.url}/c/pay/{session['id']}")

    def _authenticate(self, request: Request) -> Page:
        """The client secret of the intent is what lets one in."""
        secret = request.path.split("/")[2]
        found = _asked(self._gate.world, secret)
        if found is None:
            return Page(404, html.plain("There is nothing to answer"))
        shelf, intent = found
        form = dict(parse_qsl(request.form))
        if request.method == "GET":
            kind = shelf.objects[intent["payment_method"]]["type"]
            return Page(200, html.challenge(intent, kind, framed="frame" in form))
        sent = shopper.answer(shelf, intent, agreed=form.get("agreed") == "true")
        if "frame" in form:
            return Page(200, html.answered(sent.error))
        return see(sent.url)


def _opened(shelf: Shelf, session: Json, request: Request) -> Page:
    """The form, or what came of it."""
    if session["status"] != "open":
        return Page(200, html.over(session))
    error = _last_error(shelf, session)
    if request.method == "POST":
        sent = shopper.pay(shelf, session, dict(parse_qsl(request.form)))
        if not sent.error:
            return see(sent.url)
        error = sent.error
    kept = checkout.kept(shelf, session)
    return Page(200, html.checkout(shelf, session, kept=kept, error=error))


def _asked(world: World, secret: str) -> tuple[Shelf, Json] | None:
    """The intent with that client secret, if it waits for an answer."""
    try:
        shelf, intent = shopper.find(world, secret.partition("_secret_")[0], "payment_intent")
    except KeyError:
        return None
    waits = intent["client_secret"] == secret and intent["status"] == "requires_action"
    return (shelf, intent) if waits else None


def _last_error(shelf: Shelf, session: Json) -> Json | None:
    """Why the shopper is here again."""
    intent = shelf.objects.get(session["payment_intent"] or "", {})
    error: Json | None = intent.get("last_payment_error")
    return error
