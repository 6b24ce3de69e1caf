"""Staff: they refund, capture and cancel in the admin, and press their buttons twice."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, Final

from benchmarks.chaos.bank import instruments
from benchmarks.chaos.browser import Browser, Gone, Reply
from benchmarks.chaos.faults import Kind
from benchmarks.chaos.plan import Errand, Story
from benchmarks.chaos.scheduler import Actor
from benchmarks.chaos.shoppers import email_of
from benchmarks.chaos.world import Visitor, World

STAFF: Final = "staff"
LOOKS: Final = 40
LOOK_AGAIN: Final = 900.0
CLICKED_AGAIN: Final = 0.4
DONE: Final = 302
MINUTES: Final = 60.0
NEVER_ARRIVES: Final = "tok_refund_pending_then_failed"  # a test card
Order = dict[str, Any]


class Clerk(Visitor):
    """One of the staff, busy with one order."""

    def __init__(self, world: World, errand: Errand, signed_in: Browser) -> None:
        super().__init__(world, f"staff for checkout {errand.number}", (), manual=False)
        self.errand = errand
        self.browser = signed_in

    def find(self, *states: str) -> Generator[float, None, Order]:
        """Wait for the order to stand so; {} where it never does."""
        for _ in range(LOOKS):
            order = self.world.house.work("find", email=email_of(self.errand))
            if order.get("state") in states:
                return order
            yield LOOK_AGAIN
        return {}

    def ask(self, act: str, order: Order, key: str, **form: str) -> Generator[float, None, Reply]:
        address = f"/admin/orders/order/{order['pk']}/{act}/"
        reason = "other" if act == "refund" else "chaos"  # a refund's is one of the list
        asked = {"request_key": f"{self.errand.number}-{key}", "reason": reason, **form}
        return (yield from self.post(address, asked))

    def end(self, kind: str, act: str) -> Actor:
        """Wait for a review of this kind of the order, and press the button that ends it, twice."""
        refused = False
        for turn in range(LOOKS):
            order = self.world.house.work("find", email=email_of(self.errand))
            if pk := order.get("reviews", {}).get(kind):
                address = f"/admin/payments/review/{pk}/{act}/decide/"
                asked = {"request_key": f"{self.errand.number}-{act}{turn}", "note": "chaos"}
                first = yield from self.post(address, asked)
                yield CLICKED_AGAIN
                yield from self.post(address, asked)
                if first.status == DONE:
                    return
                refused = True
            yield LOOK_AGAIN
        if refused:
            self.world.blame(self.who, f"the review {kind} could not be ended by {act}")

    def ask_twice(
        self, act: str, order: Order, key: str, **form: str
    ) -> Generator[float, None, bool]:
        """Click the button twice; whether it was done."""
        if self.errand.ambush and act in {"refund", "capture"}:
            self.world.ambushes.append((self.errand.ambush, f"/{act}s"))
        first = yield from self.ask(act, order, key, **form)
        yield CLICKED_AGAIN
        second = yield from self.ask(act, order, key, **form)
        done = first.status == second.status == DONE
        if done and act == "refund":
            self.world.count(Kind.DOUBLE_REFUND_CLICK)
        return done


def sign_in(world: World, password: str) -> Browser:
    """The browser of somebody of the staff."""
    browser = Browser()
    form = {"username": STAFF, "password": password, "next": "/admin/"}
    if browser.post(world.house.url + "/admin/login/", form).status != DONE:
        raise Gone("staff cannot sign in")
    return browser


def run_case(world: World, errand: Errand, signed_in: Browser) -> Actor:
    """What staff have to do with one order, long after the shopper has gone."""
    act = CLERKS.get(errand.story)
    if act is None:
        return
    clerk = Clerk(world, errand, signed_in)
    yield 40 * MINUTES if errand.story != Story.CANCELLED_PAYMENT_SUCCEEDS else 4 * MINUTES
    try:
        yield from act(clerk)
    except Gone as lost:
        world.blame(clerk.who, str(lost))


def _amount(order: Order, percent: int) -> str:
    return f"{order['total'] * percent // 100 / 100:.2f}"


def _refund(clerk: Clerk) -> Actor:
    """The whole amount, clicked twice, and once more in another window."""
    if order := (yield from clerk.find("confirmed")):
        yield from clerk.ask_twice("refund", order, "first", amount=_amount(order, 100))
        yield 1.0
        yield from clerk.ask("refund", order, "other-window", amount=_amount(order, 100))
        if clerk.errand.token == NEVER_ARRIVES:
            yield from clerk.end("refund_failed", "elsewhere")


def _refund_in_part(clerk: Clerk) -> Actor:
    if order := (yield from clerk.find("confirmed")):
        yield from clerk.ask_twice("refund", order, "first", amount=_amount(order, 40))
        yield 5 * MINUTES
        yield from clerk.ask_twice("refund", order, "second", amount=_amount(order, 30))


def _refund_at_bank(clerk: Clerk) -> Actor:
    """A refund made by hand on the bank's own site."""
    bank = clerk.world.bank
    if order := (yield from clerk.find("confirmed")):
        with bank.lock:
            for payment in list(bank.payments.values()):
                if payment.wanted.description == order["number"] and payment.refundable > 0:
                    half = payment.refundable // 2
                    instruments.refund(bank, payment, reference="", amount=half)
        yield from clerk.end("external_refund", "accept_refund")


def _cancel(clerk: Clerk) -> Actor:
    if order := (yield from clerk.find("open", "confirmed")):
        yield from clerk.ask_twice("cancel", order, "cancel")


def _capture(percent: int) -> Callable[[Clerk], Actor]:
    def capture(clerk: Clerk) -> Actor:
        if order := (yield from clerk.find("confirmed")):
            amount = _amount(order, percent)
            yield from clerk.ask_twice("capture", order, "first", amount=amount, final="on")

    return capture


def _capture_half(clerk: Clerk) -> Actor:
    """The rest is left to lapse."""
    if order := (yield from clerk.find("confirmed")):
        yield from clerk.ask_twice("capture", order, "first", amount=_amount(order, 50))


def _end(kind: str, act: str) -> Callable[[Clerk], Actor]:
    def end(clerk: Clerk) -> Actor:
        if (yield from clerk.find("open", "confirmed")):
            yield from clerk.end(kind, act)

    return end


def _capture_in_two(clerk: Clerk) -> Actor:
    if not (order := (yield from clerk.find("confirmed"))):
        return
    first = _amount(order, 50)
    if not (yield from clerk.ask_twice("capture", order, "first", amount=first)):
        return
    rest = f"{order['total'] / 100 - float(first):.2f}"
    for turn in range(LOOKS):
        yield LOOK_AGAIN
        if (yield from clerk.ask_twice("capture", order, f"rest{turn}", amount=rest, final="on")):
            return


def _capture_refused(clerk: Clerk) -> Actor:
    """The bank will not capture, so the order is cancelled and the hold released."""
    if order := (yield from clerk.find("confirmed")):
        yield from clerk.ask_twice(
            "capture", order, "first", amount=_amount(order, 100), final="on"
        )
        yield 60 * MINUTES
        yield from clerk.ask_twice("cancel", order, "cancel")


CLERKS: Final[dict[Story, Callable[[Clerk], Actor]]] = {
    Story.REFUNDED: _refund,
    Story.REFUNDED_IN_PART: _refund_in_part,
    Story.REFUNDED_AT_BANK: _refund_at_bank,
    Story.CANCELLED_BY_STAFF: _cancel,
    Story.CANCELLED_PAYMENT_SUCCEEDS: _cancel,
    Story.CAPTURED: _capture(100),
    Story.CAPTURED_IN_PART: _capture(60),
    Story.CAPTURED_IN_TWO: _capture_in_two,
    Story.CAPTURE_REFUSED: _capture_refused,
    Story.RELEASED: _cancel,
    Story.REST_LAPSES: _capture_half,
    Story.SHORT_ACCEPTED: _end("wrong_amount", "accept"),
    Story.SHORT_GIVEN_BACK: _end("wrong_amount", "give_back"),
    Story.SHORT_REST_PAID: _end("wrong_amount", "ask_rest"),
    Story.SHORT_REST_UNPAID: _end("wrong_amount", "ask_rest"),
    Story.MISTOLD: _end("mismatch", "note"),
}
