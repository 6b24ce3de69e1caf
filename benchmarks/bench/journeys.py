"""What shoppers and the bank do over and over, over HTTP; each act is what one figure counts."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from benchmarks.bench.hooks import Hook
from benchmarks.bench.load import Journey
from benchmarks.bench.wire import Answer, Pairs, WireError, local, request, send

ADDITIONS, CART_LINES, PLACED = 3, 10, 15
DONE = "evt_done_before"
DELIVERY = (
    *(("email", "sam@example.com"), ("name", "Sam Shopper"), ("line1", "1 Test Street")),
    *(("city", "Testford"), ("postcode", "TE5 7ER"), ("country", "GB")),
    *(("method", "sandbox/card"), ("terms", "on")),
)
CARD = (("card", "tok_approve"), ("action", "pay"))
SEEN = ("seen", "seen_total", "checkout_key")


class Guest(Protocol):
    """Someone with a new browser; an answer of another status than expected is a WireError."""

    def get(self, path: str, *, port: int = 0) -> Answer: ...

    def post(self, path: str, typed: Pairs, *, expect: int, port: int = 0) -> Answer: ...


@dataclass(frozen=True, slots=True)
class Town:
    """Where the shop stands, what it sells, how its bank signs, and who comes in."""

    port: int
    skus: Sequence[str]
    hook: Hook
    guest: Callable[[], Guest]


def empty(town: Town) -> Journey:
    return _same(town.port, request("GET", "/bench/empty/", town.port))


def row(town: Town) -> Journey:
    return _same(town.port, request("POST", "/bench/row/", town.port))


def _same(port: int, sent: bytes, *, expect: int = 200) -> Journey:
    yield
    while True:
        send(port, sent, expect=expect)
        yield


def add_to_cart(town: Town) -> Journey:
    """A new guest adds three products one by one; the first makes cart and session."""
    yield
    while True:
        for _guest in adding(town):
            yield


def cart_page(town: Town) -> Journey:
    """One guest looks at a cart of ten lines."""
    guest = with_ten_lines(town)
    page = guest.get("/cart/").body
    if not all(f'value="{sku}"'.encode() in page for sku in town.skus[:CART_LINES]):
        raise WireError("the cart does not show its ten lines")
    yield
    while True:
        guest.get("/cart/")
        yield


def webhook_ack(town: Town) -> Journey:
    """Every event is a new one: verified, stored, a worker woken."""
    hook = town.hook
    yield
    while True:
        body = hook.event()
        send(town.port, hook.post(body, hook.signature(body)), expect=200)
        yield


def webhook_repeat(town: Town) -> Journey:
    """The bank says again what has been applied already; `done_event` made it so."""
    hook = town.hook
    body = hook.event(event_id=DONE)
    yield
    while True:
        send(town.port, hook.post(body, hook.signature(body)), expect=200)
        yield


def webhook_bad_signature(town: Town) -> Journey:
    hook = town.hook
    body = hook.event()
    wrong = hook.signature(body)[:-8] + "00000000"
    return _same(town.port, hook.post(body, wrong), expect=400)


def place_order(town: Town) -> Journey:
    """The button on filled-in checkout pages of three lines; ends when all are sent."""
    guests = [at_checkout(town) for _ in range(PLACED)]
    yield
    for guest, typed in guests:
        guest.post("/checkout/", typed, expect=303)
        yield


def guest_purchase(town: Town) -> Journey:
    """Three additions, checkout page, order, the bank's card page, return, order page."""
    yield
    while True:
        guest, typed = at_checkout(town)
        bank = guest.post("/checkout/", typed, expect=303).location
        come_back(guest, pay_at_bank(guest, bank))
        yield


def adding(town: Town) -> Iterator[Guest]:
    """A new guest, after each of three additions."""
    guest = town.guest()
    for sku in town.skus[:ADDITIONS]:
        _add(guest, sku)
        yield guest


def with_ten_lines(town: Town) -> Guest:
    """A guest with ten different things in the cart."""
    guest = town.guest()
    for sku in town.skus[:CART_LINES]:
        _add(guest, sku)
    return guest


def at_checkout(town: Town) -> tuple[Guest, Pairs]:
    """A guest with three lines in the cart, and what the button would send."""
    *_, guest = adding(town)
    page = guest.get("/checkout/")
    return guest, [*DELIVERY, *(pair for pair in page.hidden() if pair[0] in SEEN)]


def pay_at_bank(guest: Guest, card_page: str) -> str:
    """Pay by card; the path in the shop to which the bank leads back."""
    port, path = local(card_page)
    guest.get(path, port=port)
    return local(guest.post(path, CARD, expect=303, port=port).location)[1]


def come_back(guest: Guest, path: str) -> None:
    """The return page, which leads on to the order's."""
    if b'<article class="order">' not in guest.get(path).body:
        raise WireError("the return page does not lead to the order")


def _add(guest: Guest, sku: str) -> None:
    guest.post("/cart/add/", [("sku", sku), ("quantity", "1")], expect=302)
