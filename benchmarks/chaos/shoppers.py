"""Shoppers: each orders, goes to the bank and comes back, or does not."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from benchmarks.chaos.browser import Gone
from benchmarks.chaos.faults import Kind
from benchmarks.chaos.plan import Errand, Story
from benchmarks.chaos.sandbox import SandboxBank
from benchmarks.chaos.scheduler import Actor
from benchmarks.chaos.shopper import HOUR, OTHER, Shopper
from benchmarks.chaos.world import World


def arrivals(plan: Iterable[Errand], arrive: Callable[[Errand], None]) -> Actor:
    """One shopper after the other: a clock that jumps does not bring all the rest at once."""
    last = 0.0
    for errand in plan:
        yield errand.arrives - last
        last = errand.arrives
        arrive(errand)


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
