"""A shop that captures by hand: the bank holds the money, staff charge it or let it go."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from config.stack import Stack
from tests.browser.clerk import open_order, sign_in, wait_for_words
from tests.browser.conftest import ALONE, MANY_TEAPOTS, PATIENCE, PHONE
from tests.browser.flows.buying import heading, order, pay
from tests.browser.journey import THANKS, wait_for_mail

HELD = "Your bank has set £18.00 aside for us."
PART = "the rest is held, and charged when we send what is left of your order"
ARRIVED = "Your payment has arrived"


@pytest.fixture(scope="module")
def holding(chromium_path: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The demo with PAYMENTS["capture"] set to "manual"."""
    set_up = (("demo_setup",), ("shell", "-v0", "-c", MANY_TEAPOTS))
    by_hand = {**ALONE, "TILL_CAPTURE": "manual"}
    with Stack(tmp_path_factory.mktemp("holding"), environment=by_hand, set_up=set_up) as running:
        yield running


@dataclass(frozen=True, slots=True)
class Hold:
    """An order of £18.00 for which a bank holds the money: its number, its shopper and a clerk."""

    stack: Stack
    number: str
    buyer: Page
    clerk: Page

    def capture(self, amount: str, *, rest_goes: bool) -> None:
        open_order(self.clerk, self.number)
        self.clerk.get_by_role("link", name="Capture…").click()
        self.clerk.get_by_label("Amount").fill(amount)
        self.clerk.get_by_label("Release what is left").set_checked(rest_goes)
        self.clerk.get_by_role("button", name="Capture this amount").click()
        expect(self.clerk).to_have_url(re.compile("/change/"))

    def lapses(self) -> None:
        """The bank's clock stands at the end of every hold."""
        with sqlite3.connect(self.stack.data / "bank.sqlite3", timeout=30) as book:
            ended = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
            waiting = "act = 'lapse' AND done_at IS NULL"
            book.execute(f"UPDATE sandbox_later SET due_at = ? WHERE {waiting}", [ended])  # noqa: S608  # our own words

    @property
    def charged_and_released(self) -> tuple[int, int]:
        """What the bank's book says of its newest payment."""
        with sqlite3.connect(self.stack.data / "bank.sqlite3", timeout=30) as book:
            newest = "SELECT captured, released FROM sandbox_payment ORDER BY id DESC LIMIT 1"
            captured, released = book.execute(newest).fetchone()
        return captured, released


@pytest.fixture
def hold(browser: Browser, browser_context_args: dict[str, Any], holding: Stack) -> Iterator[Hold]:
    here = browser_context_args | {"base_url": holding.base_url}
    with (
        closing(browser.new_context(**here, viewport=PHONE)) as phone,
        closing(browser.new_context(**here)) as desk,
    ):
        buyer, clerk = phone.new_page(), desk.new_page()
        buyer.set_default_timeout(PATIENCE)
        order(buyer, "Card")
        pay(buyer, "4242")
        heading(buyer, THANKS)
        number = buyer.locator(".order-number").inner_text().removeprefix("Order ")
        sign_in(clerk, holding)
        yield Hold(holding, number, buyer, clerk)


def test_what_is_held_is_not_called_paid(hold: Hold) -> None:
    expect(hold.buyer.get_by_text(HELD)).to_be_visible()
    expect(hold.buyer.get_by_text(ARRIVED)).to_have_count(0)
    expect(hold.buyer.locator(".badge-authorized")).to_have_text("Authorized")


def test_staff_charge_a_part_and_then_the_rest_and_the_shopper_sees_each(hold: Hold) -> None:
    hold.capture("8.00", rest_goes=False)
    wait_for_words(hold.buyer, PART)
    assert hold.charged_and_released == (800, 0)

    hold.capture("10.00", rest_goes=True)
    wait_for_words(hold.buyer, ARRIVED)
    assert hold.charged_and_released == (1800, 0)


def test_staff_charge_a_part_and_release_the_rest(hold: Hold) -> None:
    hold.capture("8.00", rest_goes=True)

    wait_for_words(hold.buyer, "Charged £8.00 Not charged £10.00")
    assert hold.charged_and_released == (800, 1000)


def test_a_hold_that_lapses_opens_the_order_and_mails_how_to_pay_again(hold: Hold) -> None:
    hold.lapses()

    wait_for_words(hold.buyer, "Pay £18.00")
    wait_for_mail(hold.buyer.context.new_page(), f"Please pay again for order {hold.number}")
    hold.buyer.get_by_role("link", name="Pay £18.00").click()
    hold.buyer.get_by_role("radio", name="Card").check()
    hold.buyer.get_by_role("button", name=re.compile("^Pay £18.00")).click()
    pay(hold.buyer, "4242")
    heading(hold.buyer, THANKS)


def test_a_cancelled_order_lets_the_money_go(hold: Hold) -> None:
    open_order(hold.clerk, hold.number)
    hold.clerk.get_by_role("link", name="Cancel…").click()
    hold.clerk.get_by_label("Reason").fill("the shopper changed their mind")
    hold.clerk.get_by_role("button", name="Cancel this order").click()

    wait_for_words(hold.buyer, "This order was cancelled. You have not been charged.")
    wait_for_words(hold.clerk, "voided")
    assert hold.charged_and_released == (0, 1800)
