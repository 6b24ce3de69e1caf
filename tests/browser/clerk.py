"""What staff do in the admin, by the names that they see."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from config.stack import Stack
from tests.browser.visitor import Visitor
from tests.config.waiting import until


def sign_in(page: Page, stack: Stack, name: str = "admin") -> None:
    """As who may do all, or as one of conftest.STAFF in place of who was there before."""
    page.context.clear_cookies()
    page.goto(f"{stack.base_url}/admin/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(stack.admin_password if name == "admin" else name)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Site administration")).to_be_visible()


def open_order(page: Page, number: str) -> None:
    page.goto("/admin/orders/order/")
    page.locator("#searchbar").fill(number)
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name=number).click()
    expect(page.get_by_role("heading", name="Timeline")).to_be_visible()


def press(staff: Visitor, link: str, button: str, **typed: str) -> None:
    """Go to the page of an act, fill it in and do it; its fields by their labels."""
    page = staff.page
    page.get_by_role("link", name=link).click()
    assert staff.barriers() == ""
    for label, text in typed.items():
        page.get_by_label(label.replace("_", " ")).fill(text)
    page.get_by_role("button", name=button).click()
    expect(page.get_by_role("heading", name="Timeline")).to_be_visible()


def words(page: Page) -> str:
    return " ".join(page.locator("body").inner_text().split())


def wait_for_words(page: Page, told: str) -> None:
    """Load the page anew until it says so: a worker has done its part."""

    def is_there() -> bool:
        page.reload()
        return told in words(page)

    assert until(is_there), words(page)
