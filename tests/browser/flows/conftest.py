"""Who takes part: a shopper, one without script, and the phone beside them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page


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
