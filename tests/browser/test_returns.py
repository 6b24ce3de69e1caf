"""A shopper sends something back on a phone; staff with just that permission decide it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, ViewportSize, expect

from config.stack import Stack
from tests.browser.clerk import press, wait_for_words, words
from tests.browser.journey import check_out, pay_at_bank, put_in_cart, read_the_order, wait_for_mail
from tests.browser.visitor import Visitor

PHONE = ViewportSize(width=375, height=812)
NewContext = Callable[..., BrowserContext]


class Bought:
    """An order that was paid a moment ago, in the browser that bought it."""

    def __init__(self, shopper: Visitor) -> None:
        put_in_cart(shopper, "Stoneware teapot")
        check_out(shopper)
        pay_at_bank(shopper, "4242")
        self.shopper = shopper
        self.number = read_the_order(shopper)
        self.heading = f"Order {self.number}"
        self.url = shopper.page.url


@pytest.fixture(params=["light", "dark"])
def bought(request: pytest.FixtureRequest, new_context: NewContext, stack: Stack) -> Bought:
    page = new_context(viewport=PHONE, color_scheme=request.param).new_page()
    return Bought(Visitor(page, stack.base_url, stack.bank_url))


@pytest.fixture
def plain(new_context: NewContext, stack: Stack) -> Bought:
    """The same without script."""
    page = new_context(viewport=PHONE, java_script_enabled=False).new_page()
    return Bought(Visitor(page, stack.base_url, stack.bank_url, script=False))


def find(staff: Visitor, bought: Bought) -> Page:
    page = staff.page
    page.goto(f"/admin/orders/order/?q={bought.number}")
    page.get_by_role("link", name=bought.number).click()
    expect(page.get_by_role("heading", name="Timeline")).to_be_visible()
    assert staff.barriers() == ""
    return page


def dispatch(staff: Visitor, bought: Bought) -> None:
    find(staff, bought)
    press(staff, "Dispatch…", "Note this parcel", Carrier="DHL", Tracking_number="JD0146")


def ask_back(bought: Bought) -> None:
    page = bought.shopper.page
    page.goto(bought.url)
    bought.shopper.look(bought.heading)
    expect(page.get_by_role("link", name="JD0146")).to_be_visible()
    page.get_by_role("link", name="Send something back").click()
    bought.shopper.look("Send something back")
    page.get_by_label("Stoneware teapot").fill("1")
    page.get_by_label("Reason").select_option("It does not fit")
    page.get_by_label("What we should know").fill("too big for my shelf")
    page.get_by_role("button", name="Ask to send this back").click()
    bought.shopper.look(bought.heading)
    expect(page.get_by_text("Please keep it for now.")).to_be_visible()


def test_a_teapot_goes_back_from_a_phone(bought: Bought, hire: Callable[..., Visitor]) -> None:
    dispatch(hire("dispatch_order"), bought)
    ask_back(bought)

    staff = hire("approve_returnrequest")
    page = find(staff, bought)
    assert page.get_by_role("link", name="Reject…").count() == 0
    press(staff, "Approve…", "Approve this return", What_we_tell_the_shopper="By post, please.")
    shopper = bought.shopper.page
    shopper.goto(bought.url)
    expect(shopper.get_by_text("By post, please.")).to_be_visible()
    staff = hire("receive_returnrequest")
    find(staff, bought)
    press(staff, "It has come…", "It has come")
    shopper.goto(bought.url)
    expect(shopper.get_by_text("It has arrived.")).to_be_visible()
    bought.shopper.look(bought.heading)

    wait_for_mail(shopper, f"Your return has arrived, order {bought.number}")
    assert bought.shopper.complaints == []
    assert bought.shopper.strangers == set()


def test_what_has_come_is_refunded_by_who_may_just_refund(
    bought: Bought, hire: Callable[..., Visitor]
) -> None:
    dispatch(hire("dispatch_order"), bought)
    ask_back(bought)
    staff = hire("approve_returnrequest", "receive_returnrequest")
    page = find(staff, bought)
    press(staff, "Approve…", "Approve this return", What_we_tell_the_shopper="By post, please.")
    press(staff, "It has come…", "It has come")
    assert page.get_by_role("link", name="Refund this return…").count() == 0

    staff = hire("refund_payment")
    page = find(staff, bought)
    press(staff, "Refund this return…", "Refund this amount")

    expect(page.get_by_text("Refund of £42.00 requested. It is sent")).to_be_visible()
    wait_for_words(page, "Refund of £42.00 succeeded")
    shopper = bought.shopper.page
    shopper.goto(bought.url)
    expect(shopper.get_by_text("Received and refunded")).to_be_visible()
    bought.shopper.look(bought.heading)
    wait_for_mail(shopper, f"£42.00 refunded for order {bought.number}")


def test_too_many_pieces_are_said_beside_them(bought: Bought, hire: Callable[..., Visitor]) -> None:
    dispatch(hire("dispatch_order"), bought)
    page = bought.shopper.page
    page.goto(f"{bought.url}return/")
    page.get_by_label("Stoneware teapot").fill("3")
    page.get_by_label("What we should know").fill("all of them")
    page.get_by_role("button", name="Ask to send this back").click()
    bought.shopper.look("Send something back")

    expect(page.locator("#problems")).to_contain_text("You did not buy so many.")
    expect(page.get_by_label("What we should know")).to_have_value("all of them")


def test_a_return_is_asked_for_without_script(plain: Bought, hire: Callable[..., Visitor]) -> None:
    dispatch(hire("dispatch_order"), plain)
    ask_back(plain)


def test_who_may_only_look_decides_nothing(plain: Bought, hire: Callable[..., Visitor]) -> None:
    dispatch(hire("dispatch_order"), plain)
    ask_back(plain)

    staff = hire()
    page = find(staff, plain)
    assert page.get_by_role("link", name="Approve…").count() == 0
    page.get_by_role("link", name="Return T").first.click()
    answer = page.goto(page.url.replace("/change/", "/approve/decide/"))

    assert answer
    assert answer.status == 403
    assert "Approve this return" not in words(page)


def test_the_wish_to_cancel_is_answered(bought: Bought, hire: Callable[..., Visitor]) -> None:
    page = bought.shopper.page
    page.get_by_role("link", name="Ask us to cancel this order").click()
    bought.shopper.look("Cancel your order?")
    page.get_by_label("What we should know").fill("bought twice")
    page.get_by_role("button", name="Ask to cancel the whole order").click()
    expect(page.get_by_text("you asked us to cancel this order")).to_be_visible()

    staff = hire("reject_cancellationrequest")
    find(staff, bought)
    press(staff, "Say no…", "Reject the wish", What_we_tell_the_shopper="It has just left.")

    page.goto(bought.url)
    expect(page.get_by_text("It has just left.")).to_be_visible()
    assert bought.shopper.complaints == []
