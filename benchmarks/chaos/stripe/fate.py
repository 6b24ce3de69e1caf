"""What befalls a request, a payment and a refund at the stand-in, beyond what its cards do."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Final

from benchmarks.chaos.stripe.means import DECIDED_AFTER, DISPUTED_AFTER, MEANS, Means
from tests.fakes.stripe import disputes, refunds
from tests.fakes.stripe.errors import Json, invalid
from tests.fakes.stripe.events import whole
from tests.fakes.stripe.fake import Fake
from tests.fakes.stripe.idempotency import Answer, in_use
from tests.fakes.stripe.request import Request
from tests.fakes.stripe.routes import Route
from tests.fakes.stripe.store import Shelf
from tests.fakes.stripe.trouble import REFUSALS, broken

TROUBLE: Final = "x-trouble"
KEY: Final = "idempotency-key"
EXPIRE: Final = re.compile(r"/v1/checkout/sessions/(cs_\w+)/expire")
CAPTURE: Final = re.compile(r"/v1/payment_intents/(pi_\w+)/capture")
USUAL: Final = "tok_approve"
SAID_NO: Final = frozenset({400, 402})


class Fate:
    """Sits at the stand-in's door. What it notes is for the verdict."""

    def __init__(self, fake: Fake, shelf: Shelf) -> None:
        self._fake, self._shelf = fake, shelf
        self.list_is_out_until = fake.now()
        self.spurned: set[str] = set()
        """Sessions that were paid as they were being closed."""
        self.refused: dict[str, set[str]] = {}
        """By intent, the references of captures that were refused."""
        self.let_go: set[str] = set()
        """Intents of which the shop wants no more."""
        self._at_closing: dict[str, str] = {}
        self._tokens: dict[str, str] = {}
        fake.gate.on_request = self._meet
        fake.gate.on_answer = self._note
        fake.gate.on_success = self._follow
        self._write, shelf.world.on_event = shelf.world.on_event, self._watch

    def expect(self, page: str, token: str) -> None:
        """Remember what pays a session, or the intent whose issuer asks."""
        name = page.rpartition("/")[2].partition("_secret_")[0]
        self._tokens[name] = token

    def pay_at_closing(self, session: str, token: str) -> None:
        self._at_closing[session] = token

    def means_of(self, intent: Json) -> Means:
        name = self._shelf.notes[intent["id"]].get("session", intent["id"])
        return MEANS[self._tokens.get(str(name), USUAL)]

    def _meet(self, request: Request) -> None:
        """Before a request is answered; raises Refused in the place of an answer."""
        self._make_trouble(request)
        if request.path == "/v1/events" and self._fake.now() < self.list_is_out_until:
            raise broken()
        if found := EXPIRE.fullmatch(request.path):
            self._hurry(found[1])
        found = CAPTURE.fullmatch(request.path)
        if found and self.means_of(self._shelf.objects[found[1]]).hold_is_gone:
            code = "capture_charge_authorization_expired"
            raise invalid("The authorization has expired.", code=code)

    def _make_trouble(self, request: Request) -> None:
        match request.headers.get(TROUBLE):
            case "before":
                raise broken()
            case "after":
                self._fake.trouble.next("error_after", on=request.named)
            case "key_burnt":
                self._fake.trouble.next("error_before", on=request.named)
            case "rate_limit":
                refusal = REFUSALS["rate_limit"]()
                raise refusal
            case "key_in_use":
                raise in_use(request.headers.get(KEY, ""))
            case _:
                pass

    def _hurry(self, session: str) -> None:
        """The shopper presses the button before the shop can close the page."""
        token = self._at_closing.pop(session, "")
        if token and self._shelf.objects[session]["status"] == "open":
            self._tokens[session] = token
            self.spurned.add(session)
            means = MEANS[token]
            self._fake.pay(session, means.number, pay_with=means.pay_with)

    def _note(self, request: Request, answer: Answer) -> None:
        found = CAPTURE.fullmatch(request.path)
        if found and answer.status in SAID_NO:
            asked = request.headers.get(KEY, "").partition(":")[0]
            self.refused.setdefault(found[1], set()).add(asked)

    def _follow(self, route: Route, told: Json) -> None:
        """What an act of the shop brings on; under the lock."""
        match f"{route.method} {route.template}":
            case "POST /v1/refunds":
                self._let_fail(self._shelf.objects[told["id"]])
            case "POST /v1/payment_intents/{intent}/capture" if told["status"] == "succeeded":
                self.let_go.add(told["id"])
            case "POST /v1/payment_intents/{intent}/cancel":
                self.let_go.add(told["id"])
            case _:
                pass

    def _let_fail(self, refund: Json) -> None:
        wait = self.means_of(self._shelf.objects[refund["payment_intent"]]).refund_fails
        if wait:
            self._shelf.world.after(wait, _unless_over(refund, self._shelf))

    def _watch(self, shelf: Shelf, event: Json) -> None:
        """Have its letter written, and let a payment that came be disputed, where its means is."""
        self._write(shelf, event)
        if event["type"] != "charge.succeeded":
            return
        charge = shelf.objects[whole(shelf, event)["data"]["object"]["id"]]
        means = self.means_of(shelf.objects[charge["payment_intent"]])
        if means.disputed:
            won = means.disputed == "won"
            self._shelf.world.after(DISPUTED_AFTER, lambda: self._dispute(charge, won=won))

    def _dispute(self, charge: Json, *, won: bool) -> None:
        if charge["amount_captured"] <= charge["amount_refunded"]:
            return
        told = disputes.open_dispute(self._shelf, charge, reason="fraudulent")
        decide = partial(disputes.decide, self._shelf, told, won=won)
        self._shelf.world.after(DECIDED_AFTER, decide)


def _unless_over(refund: Json, shelf: Shelf) -> Callable[[], None]:
    def fail() -> None:
        if refund["status"] not in {"failed", "canceled"}:
            refunds.fail(shelf, refund)

    return fail
