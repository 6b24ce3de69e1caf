"""Half of the money comes: staff take it as enough, or the shopper pays the rest."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from config.stack import Stack
from tests.browser.clerk import open_order, sign_in
from tests.browser.conftest import PATIENCE
from tests.browser.flows.buying import heading, order, pay
from tests.browser.flows.test_trouble import order_number
from tests.browser.journey import THANKS, wait_for_mail

LOOKING = "We are looking at your payment"
HALF = "6206"


@pytest.fixture
def clerk(new_context: Callable[..., BrowserContext], stack: Stack) -> Page:
    page = new_context().new_page()
    page.set_default_timeout(PATIENCE)
    sign_in(page, stack)
    return page


@pytest.fixture
def number(shopper: Page) -> str:
    """The number of an order of £18.00 of which £9.00 came."""
    order(shopper, "Card")
    pay(shopper, HALF)
    heading(shopper, LOOKING)
    return order_number(shopper)


def decide(clerk: Page, number: str, button: str) -> None:
    """Press a button of the review on the order's page, and on the page that says what it does."""
    open_order(clerk, number)
    clerk.get_by_role("link", name=f"{button}…").click()
    clerk.get_by_role("button", name=button).click()
    expect(clerk.get_by_text(re.compile(f"ended by “{button}”")).first).to_be_visible()


def test_what_came_is_accepted_and_the_order_confirmed(
    shopper: Page, clerk: Page, number: str
) -> None:
    decide(clerk, number, "Accept what came")

    shopper.reload()
    heading(shopper, THANKS)
    expect(shopper.get_by_text("Not charged")).to_be_visible()
    wait_for_mail(shopper, f"Your order {number} is confirmed")


def test_the_rest_is_asked_for_by_mail_and_paid(shopper: Page, clerk: Page, number: str) -> None:
    decide(clerk, number, "Ask for the rest")

    wait_for_mail(shopper, f"Please pay the rest for order {number}")
    letter = shopper.locator("article").filter(has_text=f"pay the rest for order {number}")
    shopper.goto(re.search(r"http\S+/order/\S+", letter.inner_text())[0])  # type: ignore[index]  # it is there or the test fails
    shopper.get_by_role("link", name="Pay £9.00").click()
    shopper.get_by_role("radio", name="Card").check()
    shopper.get_by_role("button", name=re.compile("^Pay £9.00")).click()
    heading(shopper, re.compile("Pay Fernhill £9.00"))
    shopper.get_by_role("radio", name="4242").check()
    shopper.get_by_role("button", name="Pay £9.00").click()

    heading(shopper, THANKS)
