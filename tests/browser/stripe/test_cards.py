"""A shopper pays by card through Stripe, without script on its page or with it on ours."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.flows.buying import heading
from tests.browser.journey import fill_in

PAID = re.compile("Thank you")
STRIPE = re.compile("^Card")


def order(page: Page) -> None:
    page.goto("/p/woollen-socks/")
    page.get_by_role("button", name="Add to cart", exact=True).click()
    heading(page, "Your cart")
    page.goto("/checkout/")
    fill_in(page)
    page.locator('input[value="stripe/card"]').check()
    page.get_by_role("button", name="Order and pay").click()


@pytest.mark.usefixtures("elsewhere")
def test_without_script_a_card_is_paid_on_stripes_page(new_page: Callable[..., Page]) -> None:
    page = new_page(java_script_enabled=False)
    order(page)

    page.wait_for_url(re.compile("/c/pay/|/pay/"), timeout=20000)
    page.screenshot(path="/tmp/hand/hosted.png", full_page=True)
    print(page.url)
    print(page.inner_text("body")[:1500])


@pytest.mark.usefixtures("here")
def test_on_our_page(new_page: Callable[..., Page]) -> None:
    page = new_page()
    page.on("console", lambda m: print("CONSOLE", m.text))
    page.on("pageerror", lambda m: print("PAGEERROR", m))
    page.on("requestfailed", lambda r: print("FAILED", r.url, r.failure))
    order(page)
    page.wait_for_url(re.compile("/fields/"), timeout=20000)
    page.wait_for_timeout(3000)
    page.screenshot(path="/tmp/hand/own.png", full_page=True)
    print(page.url)
    print(page.inner_text("body")[:1500])
    print([f.url for f in page.frames])
