"""Wallets have a button each on our page, where Stripe may show them on our domain."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from config.stack import Stack
from payments.providers.stripe.http import stripe_client
from tests.browser.flows.buying import heading
from tests.browser.stripe.buying import ORDERED, VISA, card, order, type_and_pay, wallets
from tests.browser.visitor import Visitor
from tests.fakes.stripe.fake import Fake
from tests.fakes.stripe.opening import Merchant


@pytest.fixture
def _registered(fake: Fake, merchant: Merchant, shop: Stack) -> Iterator[None]:
    """Our domain is one of the account's, for as long as the test takes."""
    host = urlsplit(shop.base_url).hostname or ""
    domains = stripe_client(merchant.key, fake.url, 8.0).v1.payment_method_domains
    domain = domains.create({"domain_name": host}).id
    domains.update(domain, {"enabled": True})
    yield
    domains.update(domain, {"enabled": False})


@pytest.mark.usefixtures("_registered")
@pytest.mark.parametrize("wallet", ["Apple Pay", "Google Pay", "Link"])
def test_a_wallet_pays_what_the_page_shows(
    new_page: Callable[..., Page], shop: Stack, wallet: str
) -> None:
    page = new_page()
    visitor = Visitor(page, shop.base_url, "https://js.stripe.com")
    order(page)
    heading(page, "Pay for your order")

    wallets(page).get_by_role("button", name=wallet).click()

    heading(page, ORDERED)
    assert visitor.strangers <= {"null"}
    assert visitor.complaints == []


@pytest.mark.usefixtures("_registered")
def test_a_card_is_typed_beneath_the_wallets(new_page: Callable[..., Page], shop: Stack) -> None:
    page = new_page()
    visitor = Visitor(page, shop.base_url, "https://js.stripe.com")
    order(page)
    heading(page, "Pay for your order")
    expect(wallets(page).get_by_role("button", name="Apple Pay")).to_be_visible()
    assert visitor.barriers() == ""
    assert visitor.overhang() == 0

    type_and_pay(page, VISA)

    heading(page, ORDERED)


def test_where_no_wallet_may_be_shown_there_is_no_place_for_one(
    new_page: Callable[..., Page],
) -> None:
    page = new_page()
    order(page)

    expect(card(page).get_by_label("Card number")).to_be_visible()

    expect(page.locator("[data-wallets]")).to_be_hidden()
