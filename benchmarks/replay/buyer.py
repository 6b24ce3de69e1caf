"""Buys planned orders over HTTP, as many shoppers at once as there are threads."""

from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from threading import Event, Lock

import httpx

from benchmarks.page import Page, PageError
from benchmarks.replay.plan import PlannedOrder
from benchmarks.shopper import Delivery, Shopper, checkout, pay_and_leave

PAD_LINES = 400
"""Lines per order pad: Django reads at most 1,000 fields of one form, and a line is two."""


class PurchaseError(Exception):
    """An order could not be bought; the message names the invoice and the page."""


@dataclass(frozen=True, slots=True)
class Street:
    """Where and how orders are bought. `entry` is any page with a form that adds to the cart."""

    base_url: str
    entry: str
    threads: int
    pad_lines: int = PAD_LINES


def buy(shopper: Shopper, street: Street, order: PlannedOrder) -> None:
    """Buy one order and close the window at the bank, without waiting for the payment."""
    shopper.forget()
    shelf = shopper.get(street.entry)
    for pad in _pads(order, street.pad_lines):
        shopper.submit(shelf, shelf.form(having="sku", at="/cart/add/"), pad)
    card_page = checkout(shopper, delivery(order))
    pay_and_leave(shopper, card_page, "tok_approve")


def delivery(order: PlannedOrder) -> Delivery:
    """Carry the invoice number in the address, where the books find it again."""
    return Delivery(email=order.email, line2=order.invoice, country=order.country)


def _pads(order: PlannedOrder, size: int) -> Iterator[list[tuple[str, str]]]:
    lines = list(order.lines.items())
    for start in range(0, len(lines), size):
        pairs = lines[start : start + size]
        yield [
            *(("sku", sku) for sku, _ in pairs),
            *(("quantity", str(pieces)) for _, pieces in pairs),
        ]


class Crowd:
    """Threads that take order after order; the first failure stops them all."""

    def __init__(
        self, street: Street, orders: Iterator[PlannedOrder], bought: Callable[[int], None]
    ) -> None:
        self._street = street
        self._orders = orders
        self._told = bought
        self._lock = Lock()
        self._stop = Event()
        self._pool = ThreadPoolExecutor(street.threads, thread_name_prefix="shopper")
        self._shoppers: list[Future[None]] = []
        self.bought = 0

    def start(self) -> None:
        self._shoppers = [self._pool.submit(self._shop) for _ in range(self._street.threads)]

    def wait(self, seconds: float) -> bool:
        """Wait so long for the last purchase; whether all are made. Raises PurchaseError."""
        done, left = wait(self._shoppers, timeout=seconds, return_when=FIRST_EXCEPTION)
        for shopper in done:
            shopper.result()
        return not left

    def close(self) -> None:
        self._stop.set()
        self._pool.shutdown()

    def _shop(self) -> None:
        with Shopper(self._street.base_url) as shopper:
            while order := self._next():
                try:
                    buy(shopper, self._street, order)
                except (PageError, httpx.HTTPError) as error:
                    self._stop.set()
                    raise PurchaseError(f"invoice {order.invoice}: {error!r}") from error
                with self._lock:
                    self.bought += 1
                    self._told(self.bought)

    def _next(self) -> PlannedOrder | None:
        with self._lock:
            return None if self._stop.is_set() else next(self._orders, None)


def find_entry(base_url: str) -> str:
    """The address of the first product page that the shop's front page leads to."""
    with Shopper(base_url) as shopper:
        front: Page = shopper.get("/")
        for link in front.links:
            if link.startswith(f"{base_url}/p/"):
                return link
    raise PurchaseError(f"{base_url}/ leads to no product page; it says: {front.text[:200]}")
