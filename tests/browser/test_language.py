"""The switch in the footer, without script of ours: two buttons of a form."""

from playwright.sync_api import Page, expect


def test_the_switch_turns_the_page_one_stands_on(page: Page) -> None:
    page.goto("/cart/")
    heading = page.get_by_role("heading", level=1)

    page.get_by_role("button", name="简体中文").click()
    expect(heading).to_have_text("您的购物车是空的")

    page.get_by_role("button", name="English").click()
    expect(heading).to_have_text("Your cart is empty")
