"""Who takes part: a shopper, one without script, and the phone beside them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, ViewportSize

NewContext = Callable[..., BrowserContext]
PHONE = ViewportSize(width=390, height=844)
PATIENCE = 15_000


@pytest.fixture
def new_page(new_context: NewContext) -> Callable[..., Page]:
    """A page of a device of its own."""

    def opened(**given: bool) -> Page:
        page = new_context(viewport=PHONE, **given).new_page()
        page.set_default_timeout(PATIENCE)
        return page

    return opened


@pytest.fixture
def shopper(new_page: Callable[..., Page]) -> Page:
    return new_page()


@pytest.fixture
def plain(new_page: Callable[..., Page]) -> Page:
    """A shopper whose browser runs no script."""
    return new_page(java_script_enabled=False)


@pytest.fixture
def phone(new_page: Callable[..., Page]) -> Page:
    """Another device than the one that shops."""
    return new_page()
