"""Staff after the sale: parcels, returns, pieces put back, a second pair of eyes, evidence."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator
from typing import Final

from benchmarks.chaos.clerk import AMBUSHED, DONE, Clerk, Order
from benchmarks.chaos.faults import Kind
from benchmarks.chaos.plan import Story
from benchmarks.chaos.scheduler import Actor
from benchmarks.chaos.world import Visitor

HOUR: Final = 3600.0
PIECES: Final = re.compile(r'name="(pieces_\d+)"')
SHOWN: Final = re.compile(r'name="shown" value="(\w+)"')
REASON: Final = re.compile(r'<option value="(\d+)"')


def _pence(amount: int) -> str:
    return f"{amount / 100:.2f}"


def _dispatch(clerk: Clerk) -> Actor:
    """All that is left of an order goes out in one parcel."""
    order = yield from clerk.find("confirmed")
    parcel = {f"pieces_{line['pk']}": str(line["left"]) for line in order.get("lines", ())}
    if any(pieces != "0" for pieces in parcel.values()):
        address = f"/admin/orders/order/{order['pk']}/dispatch/"
        yield from clerk.press_twice(
            address, Kind.DISPATCHED_TWICE, "parcel", carrier="Royal Mail", **parcel
        )


def _return(clerk: Clerk) -> Actor:
    """All of it is sent back, and paid back from the return while a colleague refunds as well."""
    yield from _dispatch(clerk)
    order = yield from clerk.find("completed")
    if not order:
        return
    yield 3 * HOUR
    yield from _ask_to_return(clerk, order)
    if not (asked := (yield from clerk.find_asked("return")).get("return")):
        clerk.world.blame(clerk.who, "the return does not lie before staff")
        return
    address = f"/admin/orders/returnrequest/{asked['pk']}/{{}}/decide/"
    yield from clerk.press_twice(
        address.format("approve"), Kind.RETURN_TWICE, "approve", answer="Send it to us."
    )
    yield 2 * HOUR
    came = {f"{what}_{pk}": str(count) for pk, count in asked["lines"] for what in CAME}
    yield from clerk.press_twice(address.format("receive"), Kind.RETURN_TWICE, "receive", **came)
    clerk.lay_ambush(AMBUSHED["refund"])
    back = {"amount": _pence(order["total"]), "reason": "returned"}
    yield from clerk.press_twice(address.format("refund"), Kind.RETURN_TWICE, "back", **back)
    yield from clerk.colleague().ask("refund", order, "as-well", amount=_pence(order["total"]))


CAME: Final = ("received", "restocked")


def _ask_to_return(clerk: Clerk, order: Order) -> Actor:
    """The shopper opens the link of the order's mail, and sends the form twice."""
    shopper = Visitor(clerk.world, f"checkout {clerk.errand.number} returns", (), manual=False)
    address = f"/order/{order['link']}/return/"
    page = yield from shopper.get(address)
    (line,), reason = PIECES.findall(page.text), REASON.search(page.text)
    asked = {line: str(clerk.errand.pieces), "reason": reason[1] if reason else "", "note": "chaos"}
    for _ in range(2):
        yield from shopper.post(address, {**asked, "request_key": f"back-{clerk.errand.number}"})
        yield 1.0


def _put_back(clerk: Clerk) -> Actor:
    """One piece is refunded and goes on the shelf again, and the rest goes out."""
    if not (order := (yield from clerk.find("confirmed"))):
        return
    line = order["lines"][0]
    one = {f"pieces_{line['pk']}": "1", "restock": "on"}
    yield from clerk.ask_twice("refund", order, "piece", amount=_pence(line["price"]), **one)
    yield 1.0
    yield from _dispatch(clerk)


def _ask_above_limit(clerk: Clerk, percent: int) -> Actor:
    """Ask for more than one person may send, and try to say yes to it as the same person."""
    if not (order := (yield from clerk.find("confirmed"))):
        return
    yield from clerk.ask("refund", order, "dear", amount=_pence(order["total"] * percent // 100))
    if waiting := clerk.look().get("waiting"):
        asked = {"request_key": f"{clerk.errand.number}-mine", "note": "chaos"}
        mine = yield from clerk.post(_decide(waiting, "approve"), asked)
        if mine.status == DONE:
            clerk.world.blame(clerk.who, "approved what the same person asked for")


def _decide(refund: int, verb: str) -> str:
    return f"/admin/payments/refund/{refund}/{verb}/decide/"


def _agree(verb: str, *, percent: int = 100) -> Callable[[Clerk], Actor]:
    """A colleague says yes, or no."""

    def agree(clerk: Clerk) -> Actor:
        yield from _ask_above_limit(clerk, percent)
        yield HOUR
        if waiting := clerk.look().get("waiting"):
            clerk.lay_ambush(AMBUSHED["refund"])
            yield from clerk.colleague().press_twice(
                _decide(waiting, verb), Kind.DECIDED_TWICE, verb, note="chaos"
            )

    return agree


def _agree_while_cancelled(clerk: Clerk) -> Actor:
    """One cancels the order while another says yes to a refund of a part, in either order."""
    yield from _ask_above_limit(clerk, 60)
    if not (order := clerk.look()) or not order.get("waiting"):
        return
    acts = [
        clerk.ask_twice("cancel", order, "cancel"),
        clerk.colleague().press_twice(
            _decide(order["waiting"], "approve"), Kind.DECIDED_TWICE, "approve", note="chaos"
        ),
    ]
    for act in acts if clerk.errand.number % 2 else reversed(acts):
        yield from act


def _answer(clerk: Clerk) -> Actor:
    """The dispute is answered, twice by one person and then by another, who is too late."""
    if not (dispute := (yield from clerk.find_asked("dispute")).get("dispute")):
        return
    clerk.lay_ambush("^POST .*/(evidence|disputes/[^/]+)$")
    address = f"/admin/payments/dispute/{dispute}/send/evidence/"
    texts = {"statement": f"Parcel of checkout {clerk.errand.number} was signed for."}
    if shown := (yield from _look_at_evidence(clerk, address, texts)):
        yield from clerk.press_twice(address, Kind.ANSWERED_TWICE, "first", **texts, shown=shown)
    colleague, other = clerk.colleague(), {"statement": "They have it."}
    if shown := (yield from _look_at_evidence(colleague, address, other)):
        asked = {"request_key": f"{clerk.errand.number}-other", **other, "shown": shown}
        second = yield from colleague.post(address, asked)
        if second.status == DONE:
            clerk.world.blame(clerk.who, "a dispute was answered twice")


def _look_at_evidence(
    clerk: Clerk, address: str, texts: dict[str, str]
) -> Generator[float, None, str]:
    """By what the page says that this is what will be sent; "" where it cannot be."""
    page = yield from clerk.post(address, {"request_key": f"{clerk.errand.number}-look", **texts})
    found = SHOWN.search(page.text)
    return found[1] if found else ""


AFTERCARE: Final[dict[Story, Callable[[Clerk], Actor]]] = {
    Story.SENT: _dispatch,
    Story.RETURNED: _return,
    Story.PIECE_PUT_BACK: _put_back,
    Story.APPROVED: _agree("approve"),
    Story.REJECTED: _agree("reject"),
    Story.APPROVED_WHILE_CANCELLED: _agree_while_cancelled,
    Story.ANSWERED: _answer,
}
