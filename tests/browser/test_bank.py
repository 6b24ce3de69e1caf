"""The bank's pages in a real browser: readable by all, on a phone, light and dark."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, expect

from config.stack import Stack
from tests.browser.conftest import PHONE
from tests.browser.visitor import Visitor
from tests.payments.sandbox.cast import CLIENTS, Shop, Shopper, a_shop

PAY = "Pay Corner Shop £12.34"
NewContext = Callable[..., BrowserContext]


@pytest.fixture
def shop(stack: Stack) -> Iterator[Shop]:
    yield a_shop(stack.bank_url)
    while CLIENTS:
        CLIENTS.pop().close()


@pytest.fixture(params=["light", "dark"])
def visitor(request: pytest.FixtureRequest, new_context: NewContext, stack: Stack) -> Visitor:
    page = new_context(viewport=PHONE, color_scheme=request.param).new_page()
    return Visitor(page, stack.bank_url)


@pytest.mark.parametrize("method", ["wallet", "bank_debit"])
def test_a_method_has_a_page_of_its_own(visitor: Visitor, shop: Shop, method: str) -> None:
    visitor.page.goto(shop.payment(method=method)["checkout_url"])
    visitor.look(PAY)
    assert visitor.complaints == []
    assert visitor.strangers == set()


def test_cards_that_make_trouble_are_one_click_away(visitor: Visitor, shop: Shop) -> None:
    visitor.page.goto(shop.payment(save_card=True)["checkout_url"])
    visitor.page.get_by_text("Cards that make trouble").click()
    expect(visitor.page.get_by_role("radio", name="6206")).to_be_visible()
    visitor.forget_shift()
    visitor.look(PAY)


def test_the_issuer_asks_and_the_way_back_is_harmless(visitor: Visitor, shop: Shop) -> None:
    page, payment = visitor.page, shop.payment()
    page.goto(payment["checkout_url"])
    page.get_by_role("radio", name="3155").check()
    page.get_by_role("button", name="Pay £12.34").click()
    visitor.look("Did you order this from Corner Shop? £12.34")
    page.go_back()
    page.go_forward()
    page.reload()
    visitor.look("Did you order this from Corner Shop? £12.34")
    assert shop.get(f"/v1/payments/{payment['id']}")["status"] == "requires_action"
    assert visitor.complaints == []


def test_a_scanned_code_is_paid_with_one_tap(visitor: Visitor, shop: Shop) -> None:
    payment = shop.payment(method="qr")
    visitor.page.goto(payment["qr_content"])
    visitor.look(PAY)
    visitor.page.get_by_role("button", name="Pay now").click()
    visitor.look("This payment is done")
    expect(visitor.page.get_by_text("Look at your other screen")).to_be_visible()
    assert shop.get(f"/v1/payments/{payment['id']}")["captured"] == 1234
    assert visitor.complaints == []


def test_developers_see_the_latest_payments(visitor: Visitor, shop: Shop) -> None:
    payment = shop.payment(method="qr")
    Shopper(payment["qr_content"]).finishes("qr_decline")
    visitor.page.goto(f"{shop.bank}/")
    visitor.look("Latest payments")
    expect(visitor.page.get_by_text(payment["reference"]).first).to_be_visible()
    assert visitor.complaints == []
