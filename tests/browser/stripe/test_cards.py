"""A shopper pays by card through Stripe: without script on its page, with script on ours."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from config.stack import Stack
from tests.browser.flows.buying import heading
from tests.browser.stripe.buying import (
    ASKED,
    DECLINED,
    EXPIRED,
    ORDERED,
    VISA,
    bank,
    card,
    go_there,
    order,
    pay_there,
    type_and_pay,
    type_card,
)
from tests.browser.visitor import Visitor
from tests.fakes.cast import client_of
from tests.fakes.stripe.fake import Fake
from tests.fakes.stripe.opening import Merchant

NOT_BY_THIS_CARD = (
    "Your bank declined this card. You have not been charged. "
    "Please try another card or another way to pay."
)
NOT_CONFIRMED = (
    "Your bank could not confirm that it was you. You have not been charged. "
    "Please ask your bank, or try another way to pay."
)
IN_CHINESE = "您的银行拒绝了这张卡。您未被扣款。 请换一张卡或换一种支付方式。"


def test_a_card_is_paid_on_our_page_by_stripes_fields(
    new_page: Callable[..., Page], shop: Stack
) -> None:
    page = new_page()
    visitor = Visitor(page, shop.base_url, "https://js.stripe.com")
    order(page)
    type_and_pay(page, VISA)

    heading(page, ORDERED)
    assert visitor.strangers <= {"null"}
    assert visitor.complaints == []


def test_what_is_declined_on_our_page_is_said_there_and_paid_by_another_card(
    new_page: Callable[..., Page],
) -> None:
    page = new_page()
    order(page)
    type_and_pay(page, DECLINED)
    expect(page.get_by_role("alert")).to_have_text(NOT_BY_THIS_CARD)

    type_and_pay(page, VISA)

    heading(page, ORDERED)


def test_a_decline_of_which_stripes_script_has_no_word_is_said_by_the_shop(
    new_page: Callable[..., Page],
) -> None:
    page = new_page()
    order(page)
    type_and_pay(page, EXPIRED)

    expect(page.get_by_role("alert")).to_contain_text("This card has expired. You have not been")


def test_a_decline_on_our_page_is_said_in_the_shoppers_language(
    new_page: Callable[..., Page],
) -> None:
    page = new_page()
    order(page)
    heading(page, "Pay for your order")
    page.get_by_role("button", name="简体中文").click()
    page.locator("html[lang=zh-hans]").wait_for()
    type_card(page, DECLINED)

    page.locator("form[data-fields] button").click()

    expect(page.get_by_role("alert")).to_have_text(IN_CHINESE)


def test_who_pays_by_what_has_been_closed_chooses_again(
    new_page: Callable[..., Page], merchant: Merchant, fake: Fake
) -> None:
    page = new_page()
    order(page)
    heading(page, "Pay for your order")
    type_card(page, VISA)
    sessions = client_of(fake, merchant.key).v1.checkout.sessions
    sessions.expire(sessions.list({"limit": 1}).data[0].id)

    page.get_by_role("button", name="Pay £18.00").click()

    heading(page, "You have not paid yet")
    expect(page.get_by_role("button", name="Pay £18.00")).to_be_visible()


def test_fields_that_another_tab_went_on_from_are_left(new_page: Callable[..., Page]) -> None:
    page = new_page()
    order(page)
    heading(page, "Pay for your order")
    type_card(page, VISA)
    other = page.context.new_page()
    other.goto(page.url)
    other.get_by_role("link", name="Pay another way").click()
    other.locator('input[value="sandbox/card"]').check()
    other.get_by_role("button", name="Pay £18.00").click()
    other.get_by_role("heading", name="Pay Fernhill").wait_for()

    page.get_by_role("button", name="Pay £18.00").click()

    expect(page.locator("form[data-fields]")).to_have_count(0)


def test_where_a_cards_bank_asks_it_is_answered_on_our_page(new_page: Callable[..., Page]) -> None:
    page = new_page()
    order(page)
    type_and_pay(page, ASKED)

    bank(page).get_by_role("button", name="Complete").click()

    heading(page, ORDERED)


def test_who_cannot_answer_on_our_page_pays_there_by_another_card(
    new_page: Callable[..., Page],
) -> None:
    page = new_page()
    order(page)
    type_and_pay(page, ASKED)
    bank(page).get_by_role("button", name="Fail").click()
    expect(page.get_by_role("alert")).to_have_text(NOT_CONFIRMED)

    type_and_pay(page, VISA)

    heading(page, ORDERED)


def test_without_script_our_page_leads_to_stripes(new_page: Callable[..., Page]) -> None:
    page = new_page(java_script_enabled=False)
    order(page)
    go_there(page)

    pay_there(page, VISA)

    heading(page, ORDERED)


def test_where_a_cards_bank_asks_it_is_answered_without_script(
    new_page: Callable[..., Page],
) -> None:
    page = new_page(java_script_enabled=False)
    order(page)
    go_there(page)
    pay_there(page, ASKED)
    heading(page, "3-D Secure")

    page.get_by_role("button", name="Complete").click()

    heading(page, ORDERED)


def test_who_cannot_answer_pays_on_stripes_page_by_another_card(
    new_page: Callable[..., Page],
) -> None:
    page = new_page(java_script_enabled=False)
    order(page)
    go_there(page)
    pay_there(page, ASKED)
    page.get_by_role("button", name="Fail").click()
    expect(page.get_by_role("alert")).to_contain_text("unable to authenticate")

    pay_there(page, VISA)

    heading(page, ORDERED)


def test_who_comes_back_from_there_unpaid_chooses_another_way(
    new_page: Callable[..., Page],
) -> None:
    page = new_page(java_script_enabled=False)
    order(page)
    go_there(page)
    pay_there(page, DECLINED)

    page.get_by_role("link", name="Back").click()

    expect(page.get_by_role("status")).to_contain_text("You have begun to pay with")
    expect(page.get_by_role("radio").first).to_be_visible()


def test_our_page_is_open_to_all_and_fits_a_phone(
    new_page: Callable[..., Page], shop: Stack
) -> None:
    page = new_page()
    visitor = Visitor(page, shop.base_url, "https://js.stripe.com")
    order(page)
    heading(page, "Pay for your order")
    expect(card(page).get_by_label("Card number")).to_be_visible()

    assert visitor.barriers() == ""
    assert visitor.overhang() == 0
