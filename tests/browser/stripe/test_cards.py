"""A shopper pays by card through Stripe: without script on its page, with script on ours."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import FrameLocator, Page, expect

from config.stack import Stack
from tests.browser.flows.buying import heading
from tests.browser.journey import fill_in
from tests.browser.visitor import Visitor

VISA, DECLINED, ASKED = "4242424242424242", "4000000000000002", "4000002760003184"
ORDERED = re.compile("^Thank you")


def order(page: Page) -> None:
    """Buy one pair of socks, and go to where cards are typed."""
    page.goto("/p/woollen-socks/")
    page.get_by_role("button", name="Add to cart", exact=True).click()
    heading(page, "Your cart")
    page.goto("/checkout/")
    fill_in(page)
    page.locator('input[value="stripe/card"]').check()
    page.get_by_role("button", name="Order and pay").click()


def card(page: Page) -> FrameLocator:
    return page.frame_locator("[data-card] iframe")


def type_and_pay(page: Page, number: str) -> None:
    """On our page, into Stripe's own fields."""
    heading(page, "Pay for your order")
    card(page).get_by_label("Card number").fill(number)
    card(page).get_by_label("Expiry").fill("12 / 34")
    card(page).get_by_label("CVC").fill("123")
    page.get_by_role("button", name="Pay £18.00").click()


def pay_there(page: Page, number: str) -> None:
    """Without script: from our page to Stripe's."""
    heading(page, "Pay for your order")
    page.get_by_role("button", name="Pay on the payment service's page").click()
    page.get_by_label("Card number").fill(number)
    page.get_by_role("button", name="Pay 18.00 GBP").click()


def test_a_card_is_paid_on_our_page_by_stripes_fields(
    new_page: Callable[..., Page], shop: Stack
) -> None:
    page = new_page()
    visitor = Visitor(page, shop.base_url, "https://js.stripe.com")
    order(page)
    type_and_pay(page, VISA)

    heading(page, ORDERED)
    assert visitor.strangers <= {"null"}
    assert visitor.complaints == []


def test_what_is_declined_on_our_page_is_said_there_and_paid_by_another_card(
    new_page: Callable[..., Page],
) -> None:
    page = new_page()
    order(page)
    type_and_pay(page, DECLINED)
    expect(page.get_by_role("alert")).to_contain_text("declined")

    type_and_pay(page, VISA)

    heading(page, ORDERED)


def test_where_a_cards_bank_asks_it_is_answered_on_our_page(new_page: Callable[..., Page]) -> None:
    page = new_page()
    order(page)
    type_and_pay(page, ASKED)

    dialog = page.frame_locator("dialog iframe")
    dialog.get_by_role("button", name="Complete").click()

    heading(page, ORDERED)


def test_without_script_our_page_leads_to_stripes(new_page: Callable[..., Page]) -> None:
    page = new_page(java_script_enabled=False)
    order(page)

    pay_there(page, VISA)

    heading(page, ORDERED)


def test_who_comes_back_from_there_unpaid_chooses_another_way(
    new_page: Callable[..., Page],
) -> None:
    page = new_page(java_script_enabled=False)
    order(page)
    pay_there(page, DECLINED)

    page.get_by_role("link", name="Back").click()

    expect(page.get_by_role("status")).to_contain_text("You have begun to pay with")
    expect(page.get_by_role("radio").first).to_be_visible()


def test_our_page_is_open_to_all_and_fits_a_phone(
    new_page: Callable[..., Page], shop: Stack
) -> None:
    page = new_page()
    visitor = Visitor(page, shop.base_url, "https://js.stripe.com")
    order(page)
    heading(page, "Pay for your order")
    expect(card(page).get_by_label("Card number")).to_be_visible()

    assert visitor.barriers() == ""
    assert visitor.overhang() == 0
