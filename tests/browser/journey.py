"""What shoppers do, step by step, by the names that they see."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.visitor import Visitor
from tests.config.waiting import until

THANKS = "Thank you. Your order is confirmed."


def put_in_cart(visitor: Visitor, product: str) -> None:
    page = visitor.page
    page.goto("/")
    visitor.look("Good things for a home one likes to come back to")
    page.get_by_role("link", name=product).first.click()
    visitor.look(product)
    page.get_by_label("Quantity").fill("2")
    page.get_by_role("button", name="Add to cart", exact=True).click()
    visitor.look("Your cart")


def check_out(visitor: Visitor) -> None:
    """From the cart to the bank."""
    page = visitor.page
    page.get_by_role("button", name="Checkout").click()
    visitor.look("Checkout")
    fill_in(page)
    page.get_by_role("button", name="Order and pay").click()


def fill_in(page: Page) -> None:
    page.get_by_label("E-mail").fill("alice@example.com")
    page.get_by_label("Full name").fill("Alice Archer")
    page.get_by_label("Country").select_option("GB")
    page.get_by_label("Address", exact=True).fill("1 Mill Lane")
    page.get_by_label("Town or city").fill("Leeds")
    page.get_by_label("Postcode").fill("LS1 4AB")
    page.get_by_label("I agree to the terms of sale").check()


def pay_at_bank(visitor: Visitor, card: str) -> None:
    """Choose the card with that number's last digits and press the button."""
    page = visitor.page
    visitor.look("Pay Fernhill £84.00")
    page.get_by_role("radio", name=card).check()
    page.get_by_role("button", name="Pay £84.00").click()


def read_the_order(visitor: Visitor) -> str:
    """The order page, to which the bank leads back; the number of the order."""
    page = visitor.page
    visitor.look(THANKS)
    number = page.locator(".order-number").inner_text().removeprefix("Order ")
    expect(
        page.get_by_text("Your payment has arrived and we are packing your order.")
    ).to_be_visible()
    return number


def wait_for_mail(page: Page, subject: str) -> None:
    """Look into the letter box until the mail is there."""

    def is_there() -> bool:
        page.goto("/mail/")
        return page.get_by_role("heading", name=subject).count() == 1

    assert until(is_there), f"no mail {subject!r}"
