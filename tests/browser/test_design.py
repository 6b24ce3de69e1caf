"""What every page promises: open to all, light, still, narrow, printable, usable by keyboard."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, Request, expect

from config.stack import Stack
from tests.browser.conftest import PHONE
from tests.browser.flows.buying import order
from tests.browser.journey import THANKS, check_out, pay_at_bank, put_in_cart, read_the_order
from tests.browser.keyboard import press, tab_to, write
from tests.browser.visitor import Visitor

MOST_PICTURE_BYTES = 15_000
NewContext = Callable[..., BrowserContext]
QUIET = {
    "/terms/": "Terms of sale",
    "/mail/": "Sent mail",
    "/cart/": "Your cart is empty",
    "/nowhere/": "We looked everywhere",
    "/order/none/": "We cannot find this order",
}
DEEP_AND_EAGER = """() => [...document.images].filter((picture) =>
  picture.loading !== "lazy" && picture.getBoundingClientRect().top > 2 * innerHeight
).map((picture) => picture.src)"""


@pytest.fixture(params=["light", "dark"])
def visitor(request: pytest.FixtureRequest, new_context: NewContext, stack: Stack) -> Visitor:
    page = new_context(viewport=PHONE, color_scheme=request.param).new_page()
    return Visitor(page, stack.base_url, stack.bank_url)


def test_the_pages_beside_the_way_are_open_to_all(visitor: Visitor) -> None:
    for path, heading in QUIET.items():
        visitor.page.goto(path)
        visitor.look(heading)

    assert visitor.strangers == set()


def test_signing_up_and_in_is_open_to_all(visitor: Visitor) -> None:
    page = visitor.page
    page.goto("/accounts/sign-up/")
    visitor.look("Make an account")
    page.get_by_label("E-mail").fill("alice@")  # what is said of it must not move the button
    page.get_by_role("button", name="Make an account").click()
    expect(page.locator("#problems")).to_be_focused()
    visitor.look("Make an account")
    page.get_by_role("link", name="Sign in").last.click()
    visitor.look("Sign in")
    page.get_by_label("Username").fill("nobody")
    page.get_by_label("Password").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.locator("#problems")).to_be_focused()
    visitor.look("Sign in")


def test_the_pay_page_shows_the_goods_and_is_open_to_all(visitor: Visitor) -> None:
    order(visitor.page, "QR code")
    visitor.look("Scan to pay £18.00")
    visitor.page.get_by_role("link", name="Pay another way").click()
    visitor.look("Pay for your order")
    visitor.page.get_by_text("Your order £18.00").click()

    expect(visitor.page.get_by_text("Woollen socks").first).to_be_visible()
    visitor.forget_shift()
    visitor.look("Pay for your order")


def test_the_policy_is_strict(page: Page, stack: Stack) -> None:
    for address in (stack.base_url, f"{stack.base_url}/checkout/"):
        answer = page.goto(address)
        assert answer
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy


def test_a_whole_purchase_by_keyboard_alone(page: Page) -> None:
    page.goto("/p/stoneware-teapot/")
    press(page, "Skip to the content")
    press(page, "Add to cart")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your cart")
    press(page, "One more")
    expect(page.locator("#news")).to_have_text("The total is £84.00.")
    press(page, "Checkout")
    expect(page.get_by_role("heading", level=1)).to_have_text("Checkout")
    order_by_keyboard(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Pay Fernhill £84.00")
    press(page, "Pay £84.00")

    expect(page.get_by_role("heading", level=1)).to_have_text(THANKS)


def order_by_keyboard(page: Page) -> None:
    write(page, "E-mail", "alice@example.com")
    write(page, "Full name", "Alice Archer")
    write(page, "Country", "United Kingdom")
    write(page, "Address", "1 Mill Lane")
    write(page, "Town or city", "Leeds")
    write(page, "Postcode", "LS1 4AB")
    press(page, "I agree to the terms of sale", "Space")
    tab_to(page, "Order and pay")
    page.keyboard.press("Enter")


@pytest.mark.parametrize("path", ["/", "/p/stoneware-teapot/", "/cart/"])
def test_pictures_are_small_and_wait_until_they_are_near(page: Page, path: str) -> None:
    pictures: list[Request] = []
    page.on("requestfinished", lambda request: pictures.append(request))  # noqa: PLW0108  # no builtins
    page.goto(path, wait_until="networkidle")

    sizes = [r.sizes()["responseBodySize"] for r in pictures if r.resource_type == "image"]
    assert max(sizes, default=0) < MOST_PICTURE_BYTES
    assert page.evaluate(DEEP_AND_EAGER) == []


def test_an_order_prints_as_a_receipt(page: Page, stack: Stack) -> None:
    shopper = Visitor(page, stack.base_url, stack.bank_url, script=False)
    put_in_cart(shopper, "Stoneware teapot")
    check_out(shopper)
    pay_at_bank(shopper, "4242")
    number = read_the_order(shopper)
    page.emulate_media(media="print", color_scheme="dark")

    for shown in (f"Order {number}", "£84.00", "1 Mill Lane"):
        expect(page.get_by_text(shown).first).to_be_visible()
    expect(page.get_by_role("link", name="Products").first).not_to_be_visible()
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == "rgb(255, 255, 255)"
