"""Shoppers: each orders, goes to the bank and comes back, or does not."""

from __future__ import annotations

import re
from collections.abc import Generator
from typing import Final

from benchmarks.chaos.browser import Gone, Reply
from benchmarks.chaos.faults import Kind
from benchmarks.chaos.plan import SCARCE, THINK, Errand, Story
from benchmarks.chaos.sandbox import SandboxBank
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


def run_errand(world: World, errand: Errand) -> Actor:
    """One shopper from the shelf to the end of the story, as far as the shopper takes part."""
    shopper = Shopper(world, errand)
    try:
        yield from SHOPPERS.get(errand.story, _pays)(shopper)
    except Gone as lost:
        world.blame(shopper.who, str(lost))


def _pays(shopper: Shopper) -> Actor:
    where = yield from shopper.order()
    yield from shopper.pay(where, shopper.errand.token, shopper.errand.method)


def _declined_then_pays(shopper: Shopper) -> Actor:
    where = yield from shopper.order()
    back = yield from shopper.pay(where, shopper.errand.token, shopper.errand.method)
    if back:
        yield shopper.think()
        again = back.replace("return/", "")
        yield from shopper.pay(again, OTHER, shopper.other)


def _abandons(shopper: Shopper) -> Actor:
    where = yield from shopper.order()
    yield from shopper.reach_bank(where, shopper.errand.method)


def _cancels_at_bank(shopper: Shopper) -> Actor:
    where = yield from shopper.order()
    page = yield from shopper.reach_bank(where, shopper.errand.method)
    if page:
        yield shopper.think()
        shopper.leave(page)


def _left_payment_succeeds(shopper: Shopper) -> Actor:
    """Pays by a card that answers late, chooses another way meanwhile, and is charged by both."""
    where = yield from shopper.order()
    back = yield from shopper.pay(where, shopper.errand.token, shopper.errand.method)
    if back:
        yield shopper.think()
        again = back.replace("return/", "")
        yield from shopper.pay(again, OTHER, shopper.other)


def _pays_by_saved_card(shopper: Shopper) -> Actor:
    """Signed in, lets the shop keep the card, and pays a second order by it."""
    yield from shopper.sign_up()
    form = yield from shopper.fill_cart()
    if not form:
        return
    reply = yield from shopper.post("/checkout/", form, typed="1 Chaos Street")
    errand, where = shopper.errand, shopper.onward(reply)
    if not (yield from shopper.pay(where, errand.token, errand.method)):
        return
    form = yield from shopper.fill_cart()
    if not form:
        return
    form["method"] = yield from shopper.saved_card()
    reply = yield from shopper.post("/checkout/", form, typed="1 Chaos Street")
    yield from shopper.pay(shopper.onward(reply), shopper.errand.token, form["method"])


def _pays_rest(shopper: Shopper) -> Actor:
    """Pays the rest once staff have asked for it."""
    where = yield from shopper.order()
    back = yield from shopper.pay(where, shopper.errand.token, shopper.errand.method)
    if back:
        yield 3 * HOUR
        yield from shopper.pay(back.replace("return/", ""), OTHER, shopper.other)


def _meets_silence(shopper: Shopper) -> Actor:
    """Is at the bank when that loses the payment from its sight, which only the sandbox's can."""
    where = yield from shopper.order()
    page = yield from shopper.reach_bank(where, shopper.errand.method)
    bank = shopper.world.bank
    if page and isinstance(bank, SandboxBank):
        bank.fall_silent(page)


def _orders_twice(shopper: Shopper) -> Actor:
    """The same checkout form sent from two windows: one order."""
    form = yield from shopper.fill_cart()
    if not form:
        return
    first = yield from shopper.post("/checkout/", form, typed="1 Chaos Street")
    yield 0.2
    second = yield from shopper.post("/checkout/", form, typed="1 Chaos Street")
    if first.where and second.where:
        shopper.world.count(Kind.TWO_BROWSERS)
    yield from shopper.pay(shopper.onward(second), shopper.errand.token, shopper.errand.method)


def _pays_in_two_browsers(shopper: Shopper) -> Actor:
    """Two windows at two pages of the bank for one order, and both are paid."""
    where = yield from shopper.order()
    first = yield from shopper.reach_bank(where, shopper.errand.method)
    if not first:
        return
    yield shopper.think()
    back = shopper.world.bank.back_from(first)
    again = back.removeprefix(shopper.world.house.url).replace("return/", "")
    second = yield from shopper.reach_bank(again, shopper.other)
    if second and second != first:
        shopper.world.count(Kind.TWO_BROWSERS)
    yield 1.0
    shopper.press(first, shopper.errand.token)
    if second:
        yield 1.0
        back = shopper.press(second, OTHER)
        if back:
            yield from shopper.come_back(back)


def _pays_too_late(shopper: Shopper) -> Actor:
    """Forgets the bank's page, and pays there when the order has ended."""
    where = yield from shopper.order()
    page = yield from shopper.reach_bank(where, shopper.errand.method)
    if page:
        yield 3 * HOUR
        if not shopper.press(page, shopper.errand.token):
            shopper.world.count(Kind.PAGE_OVER)


SHOPPERS: Final = {
    Story.DECLINED_THEN_PAYS: _declined_then_pays,
    Story.ABANDONS: _abandons,
    Story.CANCELS_AT_BANK: _cancels_at_bank,
    Story.LEFT_PAYMENT_SUCCEEDS: _left_payment_succeeds,
    Story.REFUSES_CHALLENGE: _declined_then_pays,
    Story.PAYS_BY_SAVED_CARD: _pays_by_saved_card,
    Story.SHORT_REST_PAID: _pays_rest,
    Story.SILENCE: _meets_silence,
    Story.ORDERS_TWICE: _orders_twice,
    Story.PAYS_IN_TWO_BROWSERS: _pays_in_two_browsers,
    Story.PAYS_TOO_LATE: _pays_too_late,
}
