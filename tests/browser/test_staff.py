"""Staff at work in the admin: find an order, give a part of it back, read its story."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from config.stack import Stack
from tests.browser.clerk import open_order, sign_in, wait_for_words
from tests.browser.journey import check_out, pay_at_bank, put_in_cart, read_the_order, wait_for_mail
from tests.browser.visitor import NARROWEST, Visitor


@pytest.fixture
def number(page: Page, stack: Stack) -> str:
    """The number of an order that was paid a moment ago."""
    shopper = Visitor(page, stack.base_url, stack.bank_url, script=False)
    put_in_cart(shopper, "Stoneware teapot")
    check_out(shopper)
    pay_at_bank(shopper, "4242")
    return read_the_order(shopper)


@pytest.fixture
def staff(page: Page, stack: Stack) -> Visitor:
    sign_in(page, stack)
    return Visitor(page, stack.base_url)


def test_a_part_is_refunded_and_the_timeline_tells(number: str, staff: Visitor) -> None:
    page = staff.page
    open_order(page, number)
    assert staff.barriers() == ""

    page.get_by_role("link", name="Refund…").click()
    assert staff.barriers() == ""
    page.get_by_label("Amount").fill("10.50")
    page.get_by_label("Reason").select_option("damaged")
    page.get_by_label("Note").fill("one cup came broken")
    page.get_by_role("button", name="Refund this amount").click()
    expect(page).to_have_url(re.compile("/change/"))

    wait_for_words(page, "Refund of £10.50 succeeded")
    expect(page.get_by_text("one cup came broken")).to_be_visible()
    wait_for_mail(page, f"£10.50 refunded for order {number}")
    assert staff.complaints == []
    assert staff.strangers == set()


def test_more_than_was_paid_is_not_refunded(number: str, staff: Visitor) -> None:
    page = staff.page
    open_order(page, number)
    page.get_by_role("link", name="Refund…").click()
    page.get_by_label("Amount").fill("84.01")
    page.get_by_label("Reason").select_option("other")
    page.get_by_label("Note").fill("a mistake")
    page.get_by_role("button", name="Refund this amount").click()

    expect(page.get_by_text("Nothing was refunded.")).to_be_visible()
    expect(page.get_by_label("Amount")).to_have_value("84.01")
    expect(page.get_by_label("Note")).to_have_value("a mistake")


def ask_for(page: Page, amount: str, pieces: str = "") -> None:
    page.get_by_role("link", name="Refund…").click()
    page.get_by_label("Stoneware teapot").fill(pieces)
    page.get_by_label("Amount").fill(amount)
    page.get_by_label("Reason").select_option("damaged")
    page.get_by_role("button", name="Refund this amount").click()
    page.wait_for_url("**/change/")  # a reload before it is there would cancel the request


def test_who_may_refund_refunds_a_piece(number: str, page: Page, stack: Stack) -> None:
    sign_in(page, stack, "clerk")
    open_order(page, number)

    ask_for(page, "20.00", pieces="1")

    wait_for_words(page, "Refund of £20.00 succeeded")
    expect(page.get_by_text("by clerk · Damaged or faulty · 1 x Stoneware teapot")).to_be_visible()


def test_who_may_only_read_is_refused(number: str, page: Page, stack: Stack) -> None:
    sign_in(page, stack, "reader")
    open_order(page, number)
    expect(page.get_by_role("link", name="Refund…")).to_have_count(0)

    answer = page.goto(page.url.replace("/change/", "/refund/"))

    assert answer
    assert answer.status == 403


def test_above_the_limit_one_asks_and_another_approves(
    number: str, page: Page, stack: Stack
) -> None:
    sign_in(page, stack, "clerk")
    open_order(page, number)
    ask_for(page, "84.00", pieces="2")
    expect(page.get_by_text("It is sent once somebody else approves it.")).to_be_visible()
    expect(page.get_by_role("link", name="Approve…")).to_have_count(0)

    sign_in(page, stack, "chief")
    open_order(page, number)
    assert Visitor(page, stack.base_url).barriers() == ""
    page.get_by_role("link", name="Approve…").click()
    assert Visitor(page, stack.base_url).barriers() == ""
    expect(page.get_by_text("£84.00, asked for by clerk on")).to_be_visible()
    page.get_by_role("button", name="Approve this refund").click()

    wait_for_words(page, "Refund of £84.00 succeeded")


def test_a_narrow_screen_shows_what_each_line_came_to(number: str, staff: Visitor) -> None:
    page = staff.page
    open_order(page, number)
    page.set_viewport_size({"width": NARROWEST, "height": 700})

    sold = page.get_by_role("region", name="What was sold")
    expect(sold.get_by_role("columnheader", name="Amount")).to_be_visible()
    assert sold.evaluate("box => box.scrollWidth <= box.clientWidth")
    assert staff.barriers() == ""
