"""Each task of staff, done by somebody with just that permission and refused to who has others."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from config.stack import Stack
from tests.browser.clerk import open_order, press, wait_for_words, words
from tests.browser.journey import check_out, pay_at_bank, put_in_cart
from tests.browser.visitor import Visitor

Hire = Callable[..., Visitor]
QUEUE = "/admin/payments/review/queue/"
LISTS = {
    "/admin/orders/returnrequest/": "view_returnrequest",
    "/admin/orders/cancellationrequest/": "view_cancellationrequest",
    "/admin/payments/refund/": "view_refund",
    "/admin/payments/refundreason/": "view_refundreason",
    "/admin/payments/dispute/": "view_dispute",
    "/admin/payments/review/": "view_review",
    "/admin/payments/inboxevent/": "view_inboxevent",
}
NUMBER = re.compile(r"\b[0-9A-HJ-NP-TV-Z]{10}\b")
ACTS = ("refund", "cancel", "capture", "release", "dispatch")


@pytest.fixture
def buy(page: Page, stack: Stack) -> Callable[[str], str]:
    """Buy two teapots with a card; the number of the order."""

    def by(card: str) -> str:
        shopper = Visitor(page, stack.base_url, stack.bank_url, script=False)
        put_in_cart(shopper, "Stoneware teapot")
        check_out(shopper)
        trouble = page.get_by_text("Cards that make trouble")
        if card != "4242":
            trouble.click()
        pay_at_bank(shopper, card)
        expect(page.get_by_text(NUMBER)).to_be_visible()
        (number,) = re.findall(NUMBER, words(page))
        return str(number)

    return by


def status(staff: Visitor, address: str) -> int:
    answer = staff.page.goto(address)
    assert answer
    return answer.status


def test_who_may_cancel_and_nothing_else_cancels(buy: Callable[[str], str], hire: Hire) -> None:
    number, staff = buy("4242"), hire("cancel_payment")
    open_order(staff.page, number)

    press(staff, "Cancel…", "Cancel this order", Reason="the shopper wrote to us")

    wait_for_words(staff.page, "Refund of £84.00 succeeded")
    assert staff.complaints == []


def test_who_may_only_decide_returns_does_nothing_to_an_order(
    buy: Callable[[str], str], hire: Hire
) -> None:
    number = buy("4242")
    staff = hire("approve_returnrequest", "receive_returnrequest", "resolve_review")
    open_order(staff.page, number)
    order = staff.page.url
    assert staff.page.get_by_role("link", name=re.compile("…$")).count() == 0

    refused = {act: status(staff, order.replace("/change/", f"/{act}/")) for act in ACTS}

    assert refused == dict.fromkeys(ACTS, 403)


def test_who_may_answer_disputes_answers_one_from_the_queue(
    buy: Callable[[str], str], hire: Hire
) -> None:
    number, staff = buy("8401"), hire("view_dispute", "answer_dispute")
    staff.page.goto(QUEUE)
    wait_for_words(staff.page, number)
    assert staff.barriers() == ""

    row = staff.page.locator(".till-card", has_text=number)
    row.get_by_role("link", name="Answer with evidence…").click()
    staff.page.get_by_label("What we say to it").fill("Signed for at the door.")
    staff.page.get_by_role("button", name="Look at it before it is sent").click()
    staff.page.get_by_role("button", name="Send this evidence").click()

    expect(staff.page.get_by_text("The evidence is sent to the provider")).to_be_visible()
    reader = hire("view_dispute")
    reader.page.goto("/admin/payments/dispute/")
    assert reader.page.get_by_role("link", name=number).count() == 1


def test_who_may_resolve_reviews_ends_one_from_the_queue(
    buy: Callable[[str], str], hire: Hire
) -> None:
    number, reader = buy("6206"), hire("view_review")
    reader.page.goto(QUEUE)
    wait_for_words(reader.page, number)
    row = reader.page.locator(".till-card", has_text=number)
    assert row.get_by_role("link", name=re.compile("…$")).count() == 0

    staff = hire("view_review", "resolve_review")
    staff.page.goto(QUEUE)
    assert staff.barriers() == ""
    row = staff.page.locator(".till-card", has_text=number)
    row.get_by_role("link", name="Resolve with a note…").click()
    asked = staff.page.url
    assert status(reader, asked) == 403
    staff.page.get_by_label("Note").fill("agreed by telephone")
    staff.page.get_by_role("button", name="Resolve with a note").click()

    staff.page.goto(QUEUE)
    expect(staff.page.locator(".till-card", has_text=number)).to_have_count(0)


def test_each_list_is_for_who_may_see_it_and_for_nobody_else(hire: Hire) -> None:
    for address, may in LISTS.items():
        staff, other = hire(may), hire("refund_payment")
        assert status(staff, address) == 200, address
        if may != "view_returnrequest":  # which everybody hired here may
            assert status(other, address) == 403, address
