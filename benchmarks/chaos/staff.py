"""Staff: they refund, capture and cancel in the admin, and press their buttons twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from benchmarks.chaos.aftercare import AFTERCARE
from benchmarks.chaos.browser import Gone
from benchmarks.chaos.clerk import LOOK_AGAIN, LOOKS, Clerk, Desk, Order
from benchmarks.chaos.plan import Errand, Story
from benchmarks.chaos.scheduler import Actor
from benchmarks.chaos.world import World

MINUTES: Final = 60.0
NEVER_ARRIVES: Final = "tok_refund_pending_then_failed"  # a test card


def run_case(world: World, errand: Errand, desk: Desk) -> Actor:
    """What staff have to do with one order, long after the shopper has gone."""
    act = CLERKS.get(errand.story)
    if act is None:
        return
    clerk = Clerk(world, errand, desk)
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
    if order := (yield from clerk.find("confirmed")):
        clerk.world.bank.refund_by_hand(order["number"])
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
    **AFTERCARE,
}
