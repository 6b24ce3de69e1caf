"""A shopper's whole way through the demo in a real browser, on a phone and on a desk."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from config.stack import Stack
from tests.browser.conftest import DESK, PHONE
from tests.browser.journey import (
    THANKS,
    check_out,
    pay_at_bank,
    put_in_cart,
    read_the_order,
    wait_for_mail,
)
from tests.browser.visitor import Visitor

TEAPOT = "Stoneware teapot"
MOST_BYTES = 60_000
NewContext = Callable[..., BrowserContext]


@pytest.fixture(params=[(PHONE, "light"), (DESK, "dark")], ids=["light phone", "dark desk"])
def visitor(request: pytest.FixtureRequest, new_context: NewContext, stack: Stack) -> Visitor:
    viewport, scheme = request.param
    page = new_context(viewport=viewport, color_scheme=scheme).new_page()
    return Visitor(page, stack.base_url, stack.bank_url)


@pytest.fixture
def plain(new_context: NewContext, stack: Stack) -> Visitor:
    """A browser that runs no script."""
    page = new_context(viewport=PHONE, java_script_enabled=False).new_page()
    return Visitor(page, stack.base_url, stack.bank_url, script=False)


def test_from_the_shelf_to_the_mail(visitor: Visitor) -> None:
    put_in_cart(visitor, TEAPOT)
    check_out(visitor)
    pay_at_bank(visitor, "4242")
    number = read_the_order(visitor)
    wait_for_mail(visitor.page, f"Your order {number} is confirmed")
    visitor.look("Sent mail")

    assert visitor.complaints == []
    assert visitor.strangers == set()


def test_a_declined_card_and_then_another(visitor: Visitor) -> None:
    put_in_cart(visitor, TEAPOT)
    check_out(visitor)
    pay_at_bank(visitor, "9995")
    visitor.look("The payment did not go through")
    expect(visitor.page.get_by_role("alert")).to_contain_text("not enough money on this card")
    visitor.page.get_by_role("button", name="Pay £84.00 again").click()
    pay_at_bank(visitor, "4242")
    visitor.look(THANKS)

    assert visitor.complaints == []
    assert visitor.strangers == set()


def test_the_whole_way_without_script(plain: Visitor) -> None:
    put_in_cart(plain, TEAPOT)
    check_out(plain)
    pay_at_bank(plain, "9995")
    plain.page.get_by_role("button", name="Pay £84.00 again").click()
    pay_at_bank(plain, "4242")
    number = read_the_order(plain)
    wait_for_mail(plain.page, f"Your order {number} is confirmed")

    assert plain.complaints == []
    assert plain.strangers == set()


def test_a_mistake_in_the_form_is_shown_beside_its_field(visitor: Visitor) -> None:
    put_in_cart(visitor, TEAPOT)
    page = visitor.page
    page.get_by_role("button", name="Checkout").click()
    page.get_by_label("E-mail").fill("alice@")
    page.get_by_role("button", name="Order and pay").click()
    expect(page.locator("#problems")).to_be_focused()
    visitor.look("Checkout")

    expect(page.get_by_label("E-mail")).to_have_accessible_description(
        re.compile("Enter a valid email address")
    )
    expect(page.get_by_label("E-mail")).to_have_value("alice@")


def test_the_checks_of_a_page_find_what_is_wrong(visitor: Visitor) -> None:
    """A check that finds nothing proves nothing, so here is a page with all the faults."""
    visitor.page.set_content(
        '<img src="http://127.0.0.1:9/a.svg"><p style="width: 2000px">x</p>', wait_until="load"
    )

    assert visitor.inline() == ['<p style="width: 2000px">x</p>']
    assert "image-alt" in visitor.barriers()
    assert visitor.overhang() > 1_000
    assert visitor.strangers == {"http://127.0.0.1:9"}
    assert visitor.complaints


def test_a_page_that_moves_is_noticed(visitor: Visitor) -> None:
    visitor.page.goto("/terms/")
    visitor.page.evaluate("document.body.style.paddingTop = '300px'")

    moved, where = visitor.shift()
    assert moved > 0.01
    assert "<" in where


@pytest.mark.parametrize("path", ["/", "/p/stoneware-teapot/", "/cart/", "/checkout/"])
def test_the_first_view_of_a_page_is_light(new_context: NewContext, path: str) -> None:
    shopping = new_context(viewport=PHONE)
    first = shopping.new_page()
    first.goto("/p/stoneware-teapot/")
    first.get_by_role("button", name="Add to cart", exact=True).click()
    expect(first.get_by_role("heading", level=1)).to_have_text("Your cart")

    cookies = shopping.storage_state()
    visitor = Visitor(new_context(viewport=PHONE, storage_state=cookies).new_page())
    visitor.page.goto(path, wait_until="load")

    assert 1_000 < visitor.weight < MOST_BYTES
