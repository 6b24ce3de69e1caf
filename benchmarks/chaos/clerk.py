"""One of the staff at the admin: waits for an order, presses its buttons, each of them twice."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, Final

from benchmarks.chaos.browser import Browser, Gone, Reply
from benchmarks.chaos.faults import Kind
from benchmarks.chaos.plan import Errand
from benchmarks.chaos.scheduler import Actor
from benchmarks.chaos.shopper import email_of
from benchmarks.chaos.world import Visitor, World

LOOKS: Final = 40
LOOK_AGAIN: Final = 900.0
CLICKED_AGAIN: Final = 0.4
DONE: Final = 302
AMBUSHED: Final = {"refund": "/refunds$", "capture": "/captures?$"}
"""The calls to a bank by which each is done."""
Order = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Desk:
    """The browsers of two of the staff, both signed in."""

    first: Browser
    second: Browser


class Clerk(Visitor):
    """One of the staff, busy with one order."""

    def __init__(self, world: World, errand: Errand, desk: Desk) -> None:
        super().__init__(world, f"staff for checkout {errand.number}", (), manual=False)
        self.errand = errand
        self.browser, self._desk = desk.first, desk

    def colleague(self) -> Clerk:
        """Somebody else of the staff, at the same order."""
        return Clerk(self.world, self.errand, Desk(self._desk.second, self._desk.first))

    def look(self) -> Order:
        """How the order stands now, and all that can be decided about it."""
        return self.world.house.work("find", email=email_of(self.errand))

    def find(self, *states: str) -> Generator[float, None, Order]:
        """Wait for the order to stand so; {} where it never does."""
        for _ in range(LOOKS):
            order = self.look()
            if order.get("state") in states:
                return order
            yield LOOK_AGAIN
        return {}

    def find_asked(self, what: str) -> Generator[float, None, Order]:
        """Wait until this of the order waits for staff; the order, or {} where it never does.

        Twice as long as for an order: a clock that jumps costs many looks at once.
        """
        for _ in range(2 * LOOKS):
            order = self.look()
            if order.get(what):
                return order
            yield LOOK_AGAIN
        return {}

    def lay_ambush(self, where: str) -> None:
        """Have the worker struck that makes the next call to such an address."""
        if self.errand.ambush:
            self.world.ambushes.append((self.errand.ambush, where))

    def press_twice(
        self, address: str, kind: Kind, key: str, **form: str
    ) -> Generator[float, None, bool]:
        """Send a form of the admin and once more; whether it was done, and done once only."""
        asked = {"request_key": f"{self.errand.number}-{key}", **form}
        first = yield from self.post(address, asked)
        yield CLICKED_AGAIN
        second = yield from self.post(address, asked)
        done = first.status == second.status == DONE
        if done:
            self.world.count(kind)
        return done

    def ask(self, act: str, order: Order, key: str, **form: str) -> Generator[float, None, Reply]:
        address = f"/admin/orders/order/{order['pk']}/{act}/"
        reason = "damaged" if act == "refund" else "chaos"  # a refund's is one of the list
        asked = {"request_key": f"{self.errand.number}-{key}", "reason": reason, **form}
        return (yield from self.post(address, asked))

    def end(self, kind: str, act: str) -> Actor:
        """Wait for a review of this kind of the order, and press the button that ends it, twice."""
        refused = False
        for turn in range(LOOKS):
            if pk := self.look().get("reviews", {}).get(kind):
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
        if act in AMBUSHED:
            self.lay_ambush(AMBUSHED[act])
        first = yield from self.ask(act, order, key, **form)
        yield CLICKED_AGAIN
        second = yield from self.ask(act, order, key, **form)
        done = first.status == second.status == DONE
        if done and act == "refund":
            self.world.count(Kind.DOUBLE_REFUND_CLICK)
        return done


def sign_in(world: World, password: str, name: str) -> Browser:
    """The browser of somebody of the staff."""
    browser = Browser()
    form = {"username": name, "password": password, "next": "/admin/"}
    if browser.post(world.house.url + "/admin/login/", form).status != DONE:
        raise Gone("staff cannot sign in")
    return browser
