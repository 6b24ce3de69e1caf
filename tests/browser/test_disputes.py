"""Staff answer a dispute in the admin, and the bank takes it."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from config.stack import Stack
from tests.browser.clerk import open_order, sign_in, wait_for_words
from tests.browser.journey import check_out, pay_at_bank, put_in_cart, read_the_order
from tests.browser.visitor import Visitor


def open_answer(page: Page, number: str) -> None:
    """The form for the dispute over an order, by way of the list."""
    page.goto("/admin/payments/dispute/")
    page.locator("#searchbar").fill(number)
    page.get_by_role("button", name="Search").click()
    page.locator("#result_list th a").click()
    page.get_by_role("link", name="Answer with evidence…").click()


def test_a_dispute_is_answered_with_what_the_order_knows(page: Page, stack: Stack) -> None:
    shopper = Visitor(page, stack.base_url, stack.bank_url, script=False)
    put_in_cart(shopper, "Stoneware teapot")
    check_out(shopper)
    page.get_by_text("Cards that make trouble").click()
    pay_at_bank(shopper, "8401")
    number = read_the_order(shopper)
    sign_in(page, stack)
    staff = Visitor(page, stack.base_url)
    open_order(page, number)
    wait_for_words(page, "Dispute open")

    open_answer(page, number)
    assert staff.barriers() == ""
    expect(page.get_by_label("What was bought")).to_have_value(re.compile(number))
    page.get_by_label("What we say to it").fill("Signed for at the door.")
    page.get_by_role("button", name="Look at it before it is sent").click()
    assert staff.barriers() == ""
    expect(page.get_by_text("Signed for at the door.").first).to_be_visible()
    page.get_by_role("button", name="Send this evidence").click()

    expect(page.get_by_text("The evidence is sent to the provider within seconds.")).to_be_visible()
    wait_for_words(page, "Evidence sent")
    page.get_by_role("link", name=re.compile("Dispute of")).click()
    expect(page.get_by_text("Signed for at the door.")).to_be_visible()
    assert staff.complaints == []
