"""A page that waits: what it shows next comes in its place, or is another page that waits."""

from __future__ import annotations

import re

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import DESK
from tests.browser.flows.buying import MARK, SCAN, STAYED, WAITING, choose, heading, order, pay
from tests.browser.journey import THANKS
from tests.browser.visitor import Visitor

"""Wide enough that the foot of a page that waits is in view."""


def wait_for_the_wallet(page: Page) -> Visitor:
    """Pay from a pot that takes its time, and stand on the page that waits for it."""
    visitor = Visitor(page)
    order(page, "Wallet")
    pay(page, "Savings pot")
    heading(page, WAITING)
    page.evaluate(MARK)
    return visitor


def test_what_came_of_it_is_shown_without_moving_what_stands_there(shopper: Page) -> None:
    shopper.set_viewport_size(DESK)
    visitor = wait_for_the_wallet(shopper)

    heading(shopper, THANKS)

    assert shopper.evaluate(STAYED)
    moved, where = visitor.shift()
    assert moved == 0, where


def test_an_answer_that_is_not_the_shops_does_not_end_the_waiting(shopper: Page) -> None:
    answers: list[Route] = []

    def hotel(route: Route) -> None:
        answers.append(route)
        route.fulfill(body="<h1>Welcome to our network</h1>")

    shopper.route("**/status/", hotel, times=1)
    visitor = wait_for_the_wallet(shopper)

    heading(shopper, THANKS)

    assert len(answers) == 1
    assert visitor.complaints == []


def test_a_code_that_was_agreed_to_gives_way_to_the_page_that_waits(shopper: Page) -> None:
    def agreed(route: Route) -> None:
        route.fulfill(json={"stage": "waiting", "agreed": True})

    shopper.route("**/status/", agreed, times=1)
    order(shopper, "QR code")
    heading(shopper, SCAN)

    heading(shopper, WAITING)

    expect(shopper).to_have_url(re.compile("/return/$"))


def test_a_code_in_an_old_tab_goes_on_to_the_page_that_waits_for_the_card(shopper: Page) -> None:
    order(shopper, "QR code")
    heading(shopper, SCAN)
    shopper.evaluate(MARK)
    other = shopper.context.new_page()
    other.goto(shopper.url.removesuffix("scan/"))
    choose(other, "Card")
    heading(other, re.compile("Pay Fernhill"))

    heading(shopper, WAITING)

    expect(shopper).to_have_url(re.compile("/return/$"))
    assert not shopper.evaluate(STAYED)
    pay(other, "4242")
    heading(other, THANKS)
    heading(shopper, THANKS)
