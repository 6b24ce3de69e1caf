"""A real browser, found or explained; and a whole shop for it to visit."""

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, ViewportSize

from benchmarks.browser import ARGS, NO_BROWSER, find_chromium
from config.stack import Stack
from tests.browser.visitor import Visitor

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


MANY_TEAPOTS = (
    "from demo.models import Product as P; P.objects.filter(sku='FH-1001').update(stock=500)"
)
"""The tests share one shop and all buy the same pot."""

STAFF = """
from django.contrib.auth.models import Permission, User
may = {"reader": "view_order", "clerk": "view_order refund_payment"}
for name, codes in (may | {"chief": "view_order approve_refund"}).items():
    user = User.objects.create_user(name, password=name, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codes.split()))
"""
"""Staff with just the permission of their task; each has their name for a password."""


HIRE = """
from django.contrib.auth.models import Permission, User
user = User.objects.create_user({name!r}, password="a long secret", is_staff=True)
user.user_permissions.set(Permission.objects.filter(codename__in={codenames!r}))
"""
DESK = ViewportSize(width=1280, height=800)
PHONE = ViewportSize(width=390, height=844)
PATIENCE = 15_000
ALONE = {"DATABASE_URL": None, "REDIS_URL": None, "BROKER_URL": None, "TILL_BANK_PACE": "0.1"}
"""The environment of a shop without services, whose bank is quick."""
_clerks = itertools.count(1)


@pytest.hookimpl(tryfirst=True)  # xdist reads the groups in a hook of the same name
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))  # one worker starts one shop


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """A Chromium of this machine, else Playwright's own, else the test is skipped."""
    found = find_chromium()
    if not found:
        pytest.skip(NO_BROWSER)
    return found


@pytest.fixture(scope="session")
def browser_type_launch_args(
    browser_type_launch_args: dict[str, Any], chromium_path: str
) -> dict[str, Any]:
    return {
        **browser_type_launch_args,
        "executable_path": chromium_path,
        "headless": True,
        "args": list(ARGS),
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any], stack: Stack) -> dict[str, Any]:
    """Paths such as "/cart/" lead to this shop."""
    return {
        **browser_context_args,
        "base_url": stack.base_url,
        "locale": "en-GB",
        "timezone_id": "UTC",
        "reduced_motion": "reduce",
    }


@pytest.fixture(scope="session")
def stack(chromium_path: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The demo as `make demo` runs it, with throw-away data, no services and a quick bank."""
    alone = {**ALONE, "TILL_APPROVE_ABOVE": "80"}
    set_up = (
        ("demo_setup",),
        ("shell", "-v0", "-c", MANY_TEAPOTS),
        ("shell", "-v0", "-c", STAFF),
    )
    with Stack(tmp_path_factory.mktemp("stack"), environment=alone, set_up=set_up) as running:
        yield running


@pytest.fixture
def new_page(new_context: Callable[..., BrowserContext]) -> Callable[..., Page]:
    """A page of a phone of its own."""

    def opened(**given: bool) -> Page:
        page = new_context(viewport=PHONE, **given).new_page()
        page.set_default_timeout(PATIENCE)
        return page

    return opened


@pytest.fixture
def hire(new_context: Callable[..., BrowserContext], stack: Stack) -> Callable[..., Visitor]:
    """A staff member, signed in, who sees orders and returns and may do what is named."""

    def clerk(*codenames: str) -> Visitor:
        name = f"clerk{next(_clerks)}"
        may = ["view_order", "view_returnrequest", *codenames]
        stack.manage("shell", "-v0", "-c", HIRE.format(name=name, codenames=may))
        page = new_context(viewport=DESK).new_page()
        page.goto("/admin/")
        page.get_by_label("Username").fill(name)
        page.get_by_label("Password").fill("a long secret")
        page.get_by_role("button", name="Log in").click()
        return Visitor(page, stack.base_url)

    return clerk
