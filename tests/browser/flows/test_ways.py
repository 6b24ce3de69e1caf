"""Each way to pay in a real browser: to the bank, back, and what went wrong on the way."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.flows.buying import (
    FAILED,
    LEFT,
    MARK,
    STAYED,
    WAITING,
    choose,
    heading,
    order,
    pay,
    scan,
)
from tests.browser.journey import THANKS

MINUTES = re.compile(r"The code works for \d minutes")


def test_a_card_whose_issuer_asks_first(shopper: Page) -> None:
    order(shopper, "Card")
    pay(shopper, "3155")
    heading(shopper, re.compile("Did you order this from Fernhill"))

    shopper.get_by_role("button", name="Yes, approve").click()

    heading(shopper, THANKS)


def test_a_shopper_who_did_not_order_is_not_charged_and_can_pay_again(shopper: Page) -> None:
    order(shopper, "Card")
    pay(shopper, "3155")
    shopper.get_by_role("button", name="I did not order this").click()
    heading(shopper, FAILED)

    choose(shopper, "Card")
    pay(shopper, "4242")

    heading(shopper, THANKS)


def test_a_wallet_redirects_there_and_back(shopper: Page) -> None:
    order(shopper, "Wallet")
    pay(shopper, "Balance")

    heading(shopper, THANKS)


def test_a_slow_wallet_is_waited_for_without_a_reload(shopper: Page) -> None:
    order(shopper, "Wallet")
    pay(shopper, "Savings pot")
    heading(shopper, WAITING)
    shopper.evaluate(MARK)

    heading(shopper, THANKS)

    assert shopper.evaluate(STAYED)


def test_a_code_is_scanned_by_a_phone_and_the_page_notices_without_a_reload(
    shopper: Page, phone: Page
) -> None:
    order(shopper, "QR code")
    scan(shopper, phone)
    expect(shopper.locator("[data-left]")).to_have_text(re.compile(r"^[45]:\d\d$"))
    expect(shopper.get_by_text(MINUTES)).not_to_be_visible()
    shopper.evaluate(MARK)

    phone.get_by_role("button", name="Pay now").click()

    heading(shopper, THANKS)
    assert shopper.evaluate(STAYED)
    expect(phone.get_by_text("Look at your other screen")).to_be_visible()


def test_a_code_is_paid_later_and_the_page_notices_then(shopper: Page, phone: Page) -> None:
    order(shopper, "QR code")
    scan(shopper, phone)

    phone.get_by_role("button", name="Pay later").click()

    heading(shopper, THANKS)


def test_a_code_is_paid_and_the_button_says_so_without_script(plain: Page, phone: Page) -> None:
    order(plain, "QR code")
    scan(plain, phone)
    expect(plain.get_by_text(MINUTES)).to_be_visible()
    expect(plain.get_by_text("The code still works for")).not_to_be_visible()
    phone.get_by_role("button", name="Pay now").click()
    expect(phone.get_by_text("Look at your other screen")).to_be_visible()

    plain.get_by_role("link", name="I have paid").click()

    heading(plain, THANKS)


def test_the_page_of_a_code_reloads_by_itself_without_script(plain: Page, phone: Page) -> None:
    order(plain, "QR code")
    scan(plain, phone)

    phone.get_by_role("button", name="Pay now").click()

    heading(plain, THANKS)


def test_a_no_on_the_phone_leads_to_the_other_ways_to_pay(shopper: Page, phone: Page) -> None:
    order(shopper, "QR code")
    scan(shopper, phone)
    phone.get_by_role("button", name="Decline").click()
    heading(shopper, FAILED)

    choose(shopper, "Card")
    pay(shopper, "4242")

    heading(shopper, THANKS)


def test_a_cancel_at_the_bank_leads_back_to_the_choice(shopper: Page) -> None:
    order(shopper, "Card")
    heading(shopper, re.compile("Pay Fernhill"))
    shopper.get_by_role("button", name="Cancel").click()
    heading(shopper, LEFT)
    expect(shopper.get_by_text("You left the payment page before paying.")).to_be_visible()

    choose(shopper, "Wallet")
    pay(shopper, "Balance")

    heading(shopper, THANKS)


@pytest.mark.parametrize(
    ("card", "words"),
    [
        ("0002", "Your bank declined this card."),
        ("9995", "There is not enough money on this card."),
        ("0069", "This card has expired."),
        ("0127", "The security code was not right."),
    ],
)
def test_a_decline_says_why_and_another_way_pays(shopper: Page, card: str, words: str) -> None:
    order(shopper, "Card")
    pay(shopper, card)
    heading(shopper, FAILED)
    expect(shopper.get_by_role("alert")).to_contain_text(words)

    choose(shopper, "Wallet")
    pay(shopper, "Balance")

    heading(shopper, THANKS)
