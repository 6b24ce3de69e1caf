"""Tabs, the Back button, codes that run out, banks that take their time: nobody is stuck."""

from __future__ import annotations

import re
import sqlite3
from datetime import UTC, datetime

from playwright.sync_api import Page, expect

from config.stack import Stack
from tests.browser.flows.buying import (
    LEFT,
    MARK,
    SCAN,
    STAYED,
    WAITING,
    choose,
    heading,
    order,
    pay,
    scan,
)
from tests.browser.journey import THANKS, wait_for_mail
from tests.config.waiting import until

DEBIT = "Current account"
CLOSING = "One moment, please"
UNPAID = "Your bank has told us of no payment yet"


def order_number(page: Page) -> str:
    """The number of the order on a page that waits or thanks."""
    return page.locator("strong").first.inner_text()


def run_out(stack: Stack) -> None:
    """Let the life of every code end now in the bank's book."""
    with sqlite3.connect(stack.data / "bank.sqlite3", timeout=30) as book:
        ended = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
        book.execute(
            "UPDATE sandbox_payment SET expires_at = ? WHERE status = 'requires_action'", [ended]
        )


def scan_too_late(shopper: Page, phone: Page, stack: Stack) -> None:
    order(shopper, "QR code")
    scan(shopper, phone)
    run_out(stack)
    phone.get_by_role("button", name="Pay now").click()
    heading(phone, re.compile("expired"))


def test_a_page_whose_code_ran_out_says_so_by_itself_and_makes_a_new_one(
    shopper: Page, phone: Page, stack: Stack
) -> None:
    scan_too_late(shopper, phone, stack)
    heading(shopper, "This code has run out")

    shopper.get_by_role("button", name="Get a new code").click()
    scan(shopper, phone)
    phone.get_by_role("button", name="Pay now").click()

    heading(shopper, THANKS)


def test_a_code_that_ran_out_is_renewed_without_script(
    plain: Page, phone: Page, stack: Stack
) -> None:
    scan_too_late(plain, phone, stack)
    heading(plain, "This code has run out")

    plain.get_by_role("button", name="Get a new code").click()

    scan(plain, phone)


def test_a_bank_debit_is_promised_by_mail_and_the_mail_comes(shopper: Page) -> None:
    order(shopper, "Bank account")
    pay(shopper, DEBIT)
    expect(shopper.get_by_text("we will write to alice@example.com")).to_be_visible()

    number = order_number(shopper)
    wait_for_mail(shopper, f"Your order {number} is confirmed")
    shopper.go_back()

    heading(shopper, THANKS)


def test_a_card_is_kept_and_charged_again_without_typing(shopper: Page) -> None:
    shopper.goto("/accounts/sign-up/")
    shopper.get_by_label("Username").fill("alice")
    shopper.get_by_label("Password", exact=True).fill("correct horse battery")
    shopper.get_by_label("Password again").fill("correct horse battery")
    shopper.get_by_role("button", name="Make an account").click()
    order(shopper, "Card", keep=True)
    pay(shopper, "4242")
    heading(shopper, THANKS)

    order(shopper, "4242")

    heading(shopper, THANKS)


def test_the_back_button_from_the_bank_leads_on_not_into_a_second_order(shopper: Page) -> None:
    order(shopper, "Card")
    heading(shopper, re.compile("Pay Fernhill"))
    there = shopper.url

    shopper.go_back()
    shopper.goto(there)
    pay(shopper, "4242")
    heading(shopper, THANKS)
    shopper.go_back()
    shopper.goto("/cart/")

    heading(shopper, re.compile("empty"))


def pay_address(page: Page) -> str:
    """Our pay page, found from the bank's: by leaving it."""
    page.get_by_role("button", name="Cancel").click()
    heading(page, LEFT)
    return page.url


def test_two_tabs_with_two_methods_end_in_one_payment(shopper: Page) -> None:
    order(shopper, "Card")
    ours = pay_address(shopper)
    other = shopper.context.new_page()
    choose(shopper, "Card")
    heading(shopper, re.compile("Pay Fernhill"))

    other.goto(ours)
    choose(other, "Wallet")
    pay(other, "Balance")
    heading(other, THANKS)
    shopper.reload()

    heading(shopper, "This payment was cancelled")
    shopper.goto(ours)
    heading(shopper, THANKS)


def test_a_closed_tab_loses_nothing(shopper: Page) -> None:
    order(shopper, "Wallet")
    pay(shopper, "Savings pot")
    number = order_number(shopper)
    mailbox = shopper.context.new_page()
    shopper.close()

    wait_for_mail(mailbox, f"Your order {number} is confirmed")


def leave_a_debit(page: Page) -> None:
    """Pay by a debit that is under way for long, and then choose a card."""
    order(page, "Bank account")
    pay(page, DEBIT)
    page.get_by_role("link", name="Pay another way").click()
    choose(page, "Card")
    heading(page, CLOSING)


def test_another_way_before_the_first_has_ended_goes_on_by_itself(shopper: Page) -> None:
    leave_a_debit(shopper)
    expect(shopper.get_by_text("it goes back to you by itself")).to_be_visible()

    pay(shopper, "4242")

    heading(shopper, THANKS)


def test_another_way_before_the_first_has_ended_goes_on_by_a_button(plain: Page) -> None:
    leave_a_debit(plain)
    go_on = plain.get_by_role("button", name="Go on with Card")

    def at_the_bank() -> bool:
        plain.wait_for_timeout(1_000)  # one click a second: nobody is refused for haste
        go_on.click()
        return go_on.count() == 0

    assert until(at_the_bank)
    pay(plain, "4242")
    heading(plain, THANKS)


def test_a_page_that_nobody_paid_on_is_left_at_once(shopper: Page) -> None:
    order(shopper, "QR code")
    heading(shopper, SCAN)
    shopper.get_by_role("link", name="Pay another way").click()

    choose(shopper, "Card")
    pay(shopper, "4242")

    heading(shopper, THANKS)


def test_a_page_that_waited_half_a_minute_leads_back_to_the_bank(shopper: Page) -> None:
    order(shopper, "Card")
    ours = pay_address(shopper)
    choose(shopper, "Card")
    heading(shopper, re.compile("Pay Fernhill"))

    shopper.goto(f"{ours}return/")
    heading(shopper, WAITING)
    shopper.evaluate(MARK)

    expect(shopper.get_by_role("heading", name=UNPAID)).to_be_visible(timeout=45_000)
    assert shopper.evaluate(STAYED)
    shopper.get_by_role("link", name="You have not paid yet?").click()
    heading(shopper, "Pay for your order")
