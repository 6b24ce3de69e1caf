"""Totals follow choices: at once where script runs, by a button where not."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import PHONE
from tests.browser.journey import fill_in

NewContext = Callable[..., BrowserContext]
TEAPOT = "Stoneware teapot"
MARK = "window.stayed = true"
STAYED = "window.stayed === true"


def with_a_teapot(page: Page) -> Page:
    page.goto("/p/stoneware-teapot/")
    page.get_by_role("button", name="Add to cart", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your cart")
    return page


@pytest.fixture
def cart(new_context: NewContext) -> Page:
    """The cart page with one teapot of £42, marked so that a reload would be noticed."""
    page = with_a_teapot(new_context(viewport=PHONE).new_page())
    page.wait_for_load_state()  # before it the browser sends forms itself, as it should
    page.evaluate(MARK)
    return page


@pytest.fixture
def plain_cart(new_context: NewContext) -> Page:
    context = new_context(viewport=PHONE, java_script_enabled=False)
    return with_a_teapot(context.new_page())


def total(page: Page) -> str:
    return page.locator(".pay-bar-total strong").inner_text()


def test_one_more_changes_total_and_count_in_place_and_keeps_the_focus(cart: Page) -> None:
    more = cart.get_by_role("button", name=f"One more: {TEAPOT}")
    more.focus()
    cart.keyboard.press("Enter")

    expect(cart.get_by_role("link", name="Cart")).to_contain_text("2")
    expect(cart.locator("#news")).to_have_text("The total is £84.00.")
    expect(cart.get_by_role("button", name=f"One more: {TEAPOT}")).to_be_focused()
    assert (total(cart), cart.evaluate(STAYED)) == ("£84.00", True)


def test_quick_clicks_all_count(cart: Page) -> None:
    for _ in range(4):
        cart.get_by_role("button", name=f"One more: {TEAPOT}").click()

    expect(cart.locator(".pay-bar-total strong")).to_have_text("£210.00")
    assert cart.evaluate(STAYED)


def test_a_typed_quantity_counts_once_it_is_left(cart: Page) -> None:
    cart.get_by_label(f"Quantity of {TEAPOT}").fill("3")
    cart.keyboard.press("Tab")

    expect(cart.locator(".pay-bar-total strong")).to_have_text("£126.00")
    assert cart.evaluate(STAYED)


def test_a_refused_quantity_is_explained_at_its_line_and_stays_typed(cart: Page) -> None:
    box = cart.get_by_label(f"Quantity of {TEAPOT}")
    box.fill("9000")
    box.press("Enter")

    expect(box).to_have_accessible_description(
        re.compile("Only [0-9]+ pieces of Stoneware teapot are left.")
    )
    expect(box).to_have_value("9000")
    assert (total(cart), cart.evaluate(STAYED)) == ("£42.00", True)


def test_what_was_removed_can_be_put_back(cart: Page) -> None:
    cart.get_by_role("button", name=f"Remove {TEAPOT}").click()
    expect(cart.get_by_role("heading", level=1)).to_have_text("Your cart is empty")
    expect(cart.get_by_role("button", name="Put back")).to_be_focused()
    cart.keyboard.press("Enter")

    expect(cart.get_by_role("heading", level=1)).to_have_text("Your cart")
    assert (total(cart), cart.evaluate(STAYED)) == ("£42.00", True)


def test_where_the_network_fails_the_browser_sends_the_form_itself(cart: Page) -> None:
    cart.route("**/cart/update/", lambda route: route.abort(), times=1)
    cart.get_by_role("button", name=f"One more: {TEAPOT}").click()

    expect(cart.locator(".pay-bar-total strong")).to_have_text("£84.00")
    assert not cart.evaluate(STAYED)


def test_the_summary_of_the_checkout_changes_pieces_and_keeps_what_was_typed(cart: Page) -> None:
    cart.get_by_role("button", name="Checkout").click()
    cart.get_by_label("Full name").fill("Alice Archer")
    cart.locator("summary").click()
    cart.get_by_role("button", name=f"One more: {TEAPOT}").click()

    expect(cart.get_by_role("button", name="Order and pay £84.00")).to_be_visible()
    expect(cart.get_by_label("Full name")).to_have_value("Alice Archer")
    expect(cart.locator("summary")).to_contain_text("£84.00")


def test_arrows_choose_a_way_to_pay_and_the_focus_goes_with_them(cart: Page) -> None:
    cart.get_by_role("button", name="Checkout").click()
    ways = cart.get_by_role("group", name="How would you like to pay?").get_by_role("radio")
    ways.first.focus()

    for press in (1, 2, 3):
        with cart.expect_response(lambda answer: answer.request.method == "POST"):
            cart.keyboard.press("ArrowDown")
        expect(ways.nth(press)).to_be_checked()
        expect(ways.nth(press)).to_be_focused()


def test_a_second_click_on_the_ordering_button_sends_nothing(cart: Page) -> None:
    sent: list[str] = []
    cart.get_by_role("button", name="Checkout").click()
    fill_in(cart)
    cart.on("request", lambda r: sent.append(r.url) if r.method == "POST" else None)
    cart.get_by_role("button", name="Order and pay").dblclick()

    expect(cart.get_by_role("heading", level=1)).to_have_text("Pay Fernhill £42.00")
    assert [url for url in sent if url.endswith("/checkout/")] == sent[:1]


def test_a_mistake_is_named_when_the_field_is_left_and_forgotten_when_mended(cart: Page) -> None:
    cart.get_by_role("button", name="Checkout").click()
    email = cart.get_by_label("E-mail")
    email.fill("alice@")
    email.blur()
    expect(email).to_have_accessible_description(
        "For your confirmation and the link to your order. Enter a valid email address."
    )
    email.fill("alice@example.com")
    email.blur()

    expect(email).not_to_have_attribute("aria-invalid", "true")


def test_the_list_of_problems_takes_the_focus(cart: Page) -> None:
    cart.get_by_role("button", name="Checkout").click()
    cart.get_by_role("button", name="Order and pay").click()

    expect(cart.locator("#problems")).to_be_focused()


def test_without_script_a_button_updates_the_quantities(plain_cart: Page) -> None:
    plain_cart.get_by_label(f"Quantity of {TEAPOT}").fill("2")
    plain_cart.get_by_role("button", name="Update quantities").click()
    plain_cart.get_by_role("button", name=f"One more: {TEAPOT}").click()

    assert total(plain_cart) == "£126.00"


def test_without_script_a_button_works_out_the_total_of_the_checkout(plain_cart: Page) -> None:
    plain_cart.get_by_role("button", name="Checkout").click()
    plain_cart.get_by_label("Full name").fill("Alice Archer")
    plain_cart.get_by_label("Country").select_option("GB")
    plain_cart.get_by_role("button", name="Work out the total again").click()

    expect(plain_cart.get_by_label("Full name")).to_have_value("Alice Archer")
    expect(plain_cart.get_by_label("Country")).to_have_value("GB")
    expect(plain_cart.locator("#problems")).to_have_count(0)
