"""A pair of socks for £18.00 by card: the steps, by the names that shoppers see."""

from __future__ import annotations

import itertools
import re
from typing import Final

from playwright.sync_api import FrameLocator, Page

from tests.browser.flows.buying import heading, to_checkout

VISA, DECLINED, ASKED = "4242424242424242", "4000000000000002", "4000002760003184"
EXPIRED: Final = "4000000000000069"
BY_STRIPE: Final = 'input[value="stripe/card"]'
ORDERED: Final = re.compile("^Thank you")
PASSWORD: Final = "a long secret"
_shoppers = itertools.count(1)


def sign_up(page: Page) -> None:
    """Be a shopper of one's own, who has nothing yet."""
    page.goto("/accounts/sign-up/")
    page.get_by_label("Username").fill(f"shopper{next(_shoppers)}")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
    page.locator("main form button").click()


def order(page: Page, *, keep: bool = False) -> None:
    """Buy one pair of socks, and go to where cards are typed."""
    to_checkout(page)
    page.locator(BY_STRIPE).check()
    if keep:
        agreed = page.get_by_label("Keep this card for the next time")
        agreed.locator("visible=true").check()  # the other bank's is not to be seen
    page.get_by_role("button", name="Order and pay").click()


def order_by_kept(page: Page, last4: str) -> None:
    """Buy once more, with a card that is kept: nothing is typed."""
    to_checkout(page)
    page.get_by_role("radio", name=re.compile(last4)).check()
    page.get_by_role("button", name="Order and pay").click()


def card(page: Page) -> FrameLocator:
    return page.frame_locator("[data-card] iframe")


def wallets(page: Page) -> FrameLocator:
    return page.frame_locator("[data-wallets] iframe")


def bank(page: Page) -> FrameLocator:
    """What a card's bank asks, in a dialog of Stripe's on our page."""
    return page.frame_locator("dialog iframe")


def type_card(page: Page, number: str) -> None:
    """On our page, into Stripe's own fields."""
    card(page).get_by_label("Card number").fill(number)
    card(page).get_by_label("Expiry").fill("12 / 34")
    card(page).get_by_label("CVC").fill("123")


def type_and_pay(page: Page, number: str) -> None:
    heading(page, "Pay for your order")
    type_card(page, number)
    page.get_by_role("button", name="Pay £18.00").click()


def go_there(page: Page) -> None:
    """Without script: from our page to Stripe's."""
    heading(page, "Pay for your order")
    page.get_by_role("button", name="Pay on the payment service's page").click()


def pay_there(page: Page, number: str) -> None:
    """On Stripe's page."""
    page.get_by_label("Card number").fill(number)
    page.get_by_role("button", name="Pay 18.00 GBP").click()
