"""A shop of its own whose cards go through a stand-in of Stripe, on ours or on its page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route

from config.stack import Stack
from payments.providers.stripe.provider import SCRIPTS
from tests.browser.conftest import ALONE, MANY_TEAPOTS
from tests.fakes.stripe.fake import Fake
from tests.fakes.stripe.opening import Merchant

OWN_PAGE = """
from payments.models import ProviderAccount
ProviderAccount.objects.filter(code="stripe").update(own_page=True)
"""


@pytest.fixture(scope="session")
def fake(chromium_path: str) -> Iterator[Fake]:
    with Fake() as fake:
        yield fake
        assert fake.violations == []


@pytest.fixture(scope="session")
def merchant(fake: Fake) -> Merchant:
    return fake.open_account()


@pytest.fixture(scope="session")
def shop(
    tmp_path_factory: pytest.TempPathFactory, fake: Fake, merchant: Merchant
) -> Iterator[Stack]:
    alone = {**ALONE, "STRIPE_SECRET_KEY": merchant.key}
    alone |= {"STRIPE_PUBLISHABLE_KEY": merchant.publishable_key, "STRIPE_PAGES": fake.url}
    set_up = (
        ("demo_setup",),
        ("connect_stripe", "--api", fake.url),
        ("shell", "-v0", "-c", OWN_PAGE),
        ("shell", "-v0", "-c", MANY_TEAPOTS),
    )
    with Stack(tmp_path_factory.mktemp("stripe"), environment=alone, set_up=set_up) as running:
        yield running


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any], shop: Stack) -> dict[str, Any]:
    """Paths lead to this shop, whichever the other tests of the run visit."""
    return {**browser_context_args, "base_url": shop.base_url}


@pytest.fixture
def new_page(new_page: Callable[..., Page], fake: Fake) -> Callable[..., Page]:
    """A page of a phone of its own, for which js.stripe.com is the stand-in."""

    def lead(route: Route) -> None:
        asked = urlsplit(route.request.url)
        there = f"{fake.url}{asked.path}" + (f"?{asked.query}" if asked.query else "")
        route.fulfill(response=route.fetch(url=there))

    def opened(**given: bool) -> Page:
        page = new_page(**given)
        page.context.route(f"{SCRIPTS}/**", lead)
        return page

    return opened
