"""A shopper: fills a cart, orders, goes to the bank and comes back."""

from __future__ import annotations

import re
from collections.abc import Generator
from typing import Final

from benchmarks.chaos.browser import Reply
from benchmarks.chaos.plan import SCARCE, THINK, Errand, Story
from benchmarks.chaos.scheduler import Actor
from benchmarks.chaos.world import Visitor, World

SEEN: Final = re.compile(r'name="(seen|seen_total|checkout_key)" value="([^"]*)"')
UNPAID: Final = re.compile(r'href="(/payments/pay/[^"/]+/)"')
"""The way back to the bank, on a page that waits for what the shopper can still pay."""
STEPS: Final = 14
WAIT: Final = 15.0
HOUR: Final = 3600.0
LOOKS: Final = 30
TO_CLOSE: Final = 6.0
FOUND, SEE_OTHER, CONFLICT = 302, 303, 409
OTHER: Final = "wal_approve"
"""The means by which shoppers pay who have failed by another."""
Where = Generator[float, None, str]


def email_of(errand: Errand) -> str:
    return f"shopper-{errand.number}@example.com"


class Shopper(Visitor):
    """One shopper with one errand."""

    def __init__(self, world: World, errand: Errand) -> None:
        super().__init__(world, f"checkout {errand.number}", errand.strikes, manual=errand.manual)
        self.errand = errand
        self.thoughts = errand.thoughts()
        self._page = world.bank.pages
        self._saved = re.compile(f'value="({world.deck.provider}/card/[^"]+)"')
        self.other = world.deck.method(OTHER)

    @property
    def wishes(self) -> dict[str, str]:
        """What is ticked wherever a way to pay is chosen."""
        keeps = self.errand.story == Story.PAYS_BY_SAVED_CARD
        return {"save_method": "on"} if keeps else {}

    def think(self) -> float:
        return self.thoughts.uniform(*THINK)

    def fill_cart(self) -> Generator[float, None, dict[str, str]]:
        """The checkout form, ready to be sent; {} where the goods are sold out."""
        errand = self.errand
        piece = {"sku": errand.sku, "quantity": str(errand.pieces)}
        yield from self.post("/cart/add/", piece)
        yield self.think()
        page = yield from self.get("/checkout/")
        seen = dict(SEEN.findall(page.text))
        return seen and {
            **seen,
            "email": email_of(errand),
            "name": f"Shopper {errand.number}",
            "line1": "1 Chaos Street",
            "city": "Testford",
            "postcode": "TE5 7ER",
            "country": "GB",
            "terms": "on",
            "method": errand.method,
            **self.wishes,
        }

    def sign_up(self) -> Actor:
        """Become somebody whose cards can be kept; who died of it signs in instead."""
        name, password = f"shopper-{self.errand.number}", f"chaos {self.errand.name}"
        form = {"username": name, "password1": password, "password2": password}
        reply = yield from self.post("/accounts/sign-up/", form)
        if reply.status not in {FOUND, SEE_OTHER}:
            signed = {"username": name, "password": password}
            yield from self.post("/accounts/login/", signed)

    def saved_card(self) -> Where:
        """The way to pay by the card that was kept, once the shop knows of it."""
        for _ in range(LOOKS):
            page = yield from self.get("/checkout/")
            if kept := self._saved.search(page.text):
                return kept[1]
            yield HOUR / 4
        self.world.blame(self.who, "the card was not kept")
        return self.errand.method

    def order(self) -> Where:
        """Place the order; where the shop leads then, or "" where the goods are sold out."""
        form = yield from self.fill_cart()
        if not form:
            return ""
        yield self.think()
        reply = yield from self.post("/checkout/", form, typed="1 Chaos Street")
        return self.onward(reply)

    def onward(self, reply: Reply) -> str:
        sold_out = reply.status == CONFLICT and self.errand.sku == SCARCE
        if not reply.where and not sold_out:
            self.world.blame(self.who, f"led nowhere, status {reply.status}")
        return reply.where

    def reach_bank(self, where: str, method: str) -> Where:
        """Follow the shop's pages to the bank's; "" where it has been paid or ended meanwhile."""
        for _ in range(STEPS):
            if found := self._page.search(where):
                return found[1]
            if not where.startswith("/payments/pay/"):
                return ""
            where = yield from self._step(where, method)
        return ""

    def _step(self, where: str, method: str) -> Where:
        if where.endswith(("/return/", "/scan/")):
            reply = yield from self.get(where)
            if code := self._page.search(reply.text):
                return code[0]
            if not reply.where:
                yield WAIT
                unpaid = UNPAID.search(reply.text)
                return unpaid[1] if unpaid else where
            return reply.where
        reply = yield from self.post(where, {"method": method} | self.wishes)
        if reply.status != SEE_OTHER:
            yield TO_CLOSE
        return reply.where or where

    def press(self, page: str, token: str) -> str:
        """Pay on the bank's page; where it leads, or "" where it is over."""
        agrees = self.errand.story != Story.REFUSES_CHALLENGE or token == OTHER
        where = self.world.bank.pay(page, token, agrees=agrees)
        return where.removeprefix(self.world.house.url)

    def leave(self, page: str) -> str:
        """Cancel on the bank's page; where that leads."""
        return self.world.bank.leave(page).removeprefix(self.world.house.url)

    def come_back(self, where: str) -> Actor:
        """Look at the page one returns to, and at the order's where it leads there."""
        reply = yield from self.get(where)
        if reply.where.startswith(self.world.house.url + "/order/"):
            yield 0.5
            yield from self.get(reply.where)

    def pay(self, where: str, token: str, method: str) -> Where:
        """Pay at the bank and come back; the payment's address in the shop."""
        page = yield from self.reach_bank(where, method)
        if not page:
            return ""
        yield self.think()
        back = self.press(page, token)
        if self._page.search(back):
            yield self.think()
            back = self.press(page, OTHER) if self.errand.number % 2 else self.leave(page)
        if back:
            yield 1.0
            yield from self.come_back(back)
        return back
