"""A shopper has a card kept, pays with it by one click, and takes it back."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from config.stack import Stack
from tests.browser.flows.buying import heading, to_checkout
from tests.browser.stripe.buying import (
    ASKED,
    BY_STRIPE,
    ORDERED,
    VISA,
    bank,
    go_there,
    order,
    order_by_kept,
    pay_there,
    sign_up,
    type_and_pay,
)
from tests.browser.visitor import Visitor
from tests.config.waiting import until
from tests.fakes.stripe.fake import Fake
from tests.fakes.stripe.opening import Merchant


def keep(page: Page, number: str = VISA) -> None:
    """Sign up, and pay once by a card that is to be kept."""
    sign_up(page)
    order(page, keep=True)
    type_and_pay(page, number)
    if number == ASKED:
        bank(page).get_by_role("button", name="Complete").click()
    heading(page, ORDERED)


def test_a_kept_card_pays_by_one_click(new_page: Callable[..., Page]) -> None:
    page = new_page()
    keep(page)

    order_by_kept(page, "4242")

    heading(page, ORDERED)


def test_who_did_not_agree_has_no_card_kept(new_page: Callable[..., Page]) -> None:
    page = new_page()
    sign_up(page)
    order(page)
    type_and_pay(page, VISA)
    heading(page, ORDERED)

    to_checkout(page)

    expect(page.get_by_role("radio", name=re.compile("4242"))).to_have_count(0)


def test_where_its_bank_asks_again_the_shopper_goes_there_and_back(
    new_page: Callable[..., Page],
) -> None:
    page = new_page()
    keep(page, ASKED)
    order_by_kept(page, "3184")
    heading(page, "3-D Secure")

    page.get_by_role("button", name="Complete").click()

    heading(page, ORDERED)


def test_who_cannot_answer_pays_another_way(new_page: Callable[..., Page]) -> None:
    page = new_page()
    keep(page, ASKED)
    order_by_kept(page, "3184")
    heading(page, "3-D Secure")
    page.get_by_role("button", name="Fail").click()

    page.locator(BY_STRIPE).check()
    page.get_by_role("button", name=re.compile("^Pay £18.00")).click()
    type_and_pay(page, VISA)

    heading(page, ORDERED)


def to_kept(page: Page) -> None:
    """From the order to the page of what is kept."""
    page.get_by_role("main").get_by_role("link", name="Saved cards").click()
    expect(page.get_by_role("listitem").filter(has_text="4242")).to_be_visible()


def take_back(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Remove")).click()
    expect(page.get_by_role("status")).to_have_text("The card is removed.")


def test_the_order_leads_to_the_kept_cards_where_one_is_taken_back(
    new_page: Callable[..., Page], shop: Stack
) -> None:
    page = new_page()
    keep(page)
    visitor = Visitor(page, shop.base_url)
    to_kept(page)
    visitor.look("Saved cards")

    take_back(page)

    visitor.look("Saved cards")
    expect(page.get_by_text("No card is saved.")).to_be_visible()


def test_stripe_forgets_what_is_taken_back(
    new_page: Callable[..., Page], fake: Fake, merchant: Merchant
) -> None:
    page = new_page(java_script_enabled=False)
    sign_up(page)
    order(page, keep=True)
    go_there(page)
    pay_there(page, VISA)
    heading(page, ORDERED)
    assert last_kept(fake, merchant)
    to_kept(page)

    take_back(page)

    assert until(lambda: last_kept(fake, merchant) is None, seconds=30)


def last_kept(fake: Fake, merchant: Merchant) -> str | None:
    """Whose the card is that was used last, by Stripe's book."""
    with fake.lock:
        methods = fake.shelf(merchant.id).of("payment_method")
        newest = max(methods, key=lambda each: each["created"])
        owner: str | None = newest["customer"]
    return owner
