"""A pair of socks for £18.00, bought in any way: the steps by the names that shoppers see."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.journey import fill_in

WAITING = "We are waiting for your bank"
FAILED = "The payment did not go through"
LEFT = "You have not paid yet"
SCAN = "Scan to pay £18.00"
MARK = "window.stayed = true"
STAYED = "window.stayed === true"


def heading(page: Page, words: str | re.Pattern[str], *, within: float = 20) -> None:
    """Be on the page with that heading."""
    expect(page.get_by_role("heading", level=1)).to_have_text(words, timeout=within * 1000)


def to_checkout(page: Page) -> None:
    """With one pair of socks in the cart, and all but the way to pay filled in."""
    page.goto("/p/woollen-socks/")
    page.get_by_role("button", name="Add to cart", exact=True).click()
    heading(page, "Your cart")
    page.goto("/checkout/")
    fill_in(page)


def order(page: Page, method: str, *, keep: bool = False) -> None:
    """Buy one pair of socks and go where this way to pay leads."""
    to_checkout(page)
    page.get_by_role("radio", name=method).check()
    if keep:
        page.get_by_label("Keep this card for the next time").check()
    page.get_by_role("button", name="Order and pay").click()


def choose(page: Page, method: str) -> None:
    """On our pay page, take this way."""
    page.get_by_role("radio", name=method).check()
    page.get_by_role("button", name=re.compile("^Pay £18.00")).click()


def pay(page: Page, instrument: str) -> None:
    """On the bank's page, take this card, balance or account and press the button."""
    heading(page, re.compile("Pay Fernhill"))
    choice = page.get_by_role("radio", name=re.compile(instrument))
    if not choice.is_visible():
        page.get_by_text("Cards that make trouble").click()
    choice.check()
    page.get_by_role("button", name="Pay £18.00").click()


def scan(shopper: Page, phone: Page) -> None:
    """Point the phone at the code: it opens what is written there."""
    heading(shopper, SCAN)
    expect(shopper.get_by_role("img", name="QR code to scan with your phone")).to_be_visible()
    there = shopper.get_by_role("link", name="Open it on this device").get_attribute("href")
    phone.goto(str(there))
