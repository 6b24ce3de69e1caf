"""Stripe.js with Elements in a shop's own page."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.fakes.browser.till import Till
from tests.fakes.cast import CHALLENGED, DECLINED, VISA, wanted


def test_a_card_in_the_shop_s_page_pays(till: Till) -> None:
    session = till.session()
    till.visit(session)
    till.pay(VISA)
    expect(till.page).to_have_url(f"{till.url}/thanks?session={session.id}")
    assert till.status(session) == "complete"


def test_a_decline_is_said_to_the_page(till: Till) -> None:
    session = till.session()
    till.visit(session)
    till.pay(DECLINED)
    expect(till.page.get_by_role("alert")).to_have_text("paymentFailed: Your card was declined.")
    till.pay(VISA)
    expect(till.page).to_have_url(re.compile("/thanks"))


def test_the_issuer_asks_in_a_dialog(till: Till) -> None:
    session = till.session()
    till.visit(session)
    till.pay(CHALLENGED)
    till.answer("Complete")
    expect(till.page).to_have_url(re.compile("/thanks"))
    assert till.status(session) == "complete"


def test_who_fails_the_issuer_s_question_stays(till: Till) -> None:
    session = till.session()
    till.visit(session)
    till.pay(CHALLENGED)
    till.answer("Fail")
    alert = till.page.get_by_role("alert")
    expect(alert).to_contain_text("paymentFailed: We are unable to authenticate")
    assert till.status(session) == "open"


def test_without_a_redirect_the_page_goes_on(till: Till) -> None:
    session = till.session()
    till.visit(session, "&redirect=if_required")
    till.pay(VISA)
    expect(till.page.get_by_role("alert")).to_have_text("success")
    assert till.status(session) == "complete"


def test_a_wallet_is_shown_where_the_domain_is_registered(till: Till) -> None:
    till.api.payment_method_domains.create({"domain_name": "127.0.0.1"})
    session = till.session()
    till.visit(session)
    till.express.get_by_role("button", name="Apple Pay").click()
    expect(till.page).to_have_url(re.compile("/thanks"))
    assert till.status(session) == "complete"


def test_no_wallet_is_shown_elsewhere(till: Till) -> None:
    till.visit(till.session())
    expect(till.payment.get_by_label("Card number")).to_be_visible()
    expect(till.express.get_by_role("button")).to_have_count(0)


def test_alipay_leaves_the_page_and_comes_back(till: Till) -> None:
    session = till.session(allowed_payment_method_types=["card", "alipay"])
    till.visit(session)
    till.payment.get_by_label("Alipay").check()
    till.page.get_by_role("button", name="Pay", exact=True).click()
    till.page.get_by_role("button", name="Authorise").click()
    expect(till.page).to_have_url(f"{till.url}/thanks?session={session.id}")
    assert till.status(session) == "complete"


def test_the_element_tells_when_it_is_complete(till: Till) -> None:
    till.visit(till.session())
    expect(till.page.locator("body")).to_have_attribute("data-complete", "false")
    till.type_card(VISA)
    expect(till.page.locator("body")).to_have_attribute("data-complete", "true")


def test_a_total_that_is_not_shown_is_not_asked_for(till: Till) -> None:
    session = till.session()
    till.visit(session, "&hidden")
    till.pay(VISA)
    expect(till.page.get_by_role("alert")).to_have_text("IntegrationError")
    assert till.status(session) == "open"


def test_an_expired_session_does_not_load(till: Till) -> None:
    session = till.session()
    till.api.checkout.sessions.expire(session.id)
    till.visit(session)
    expect(till.page.get_by_role("alert")).to_have_text("null: No such payment_page")


def test_the_hosted_page_works_without_script(till: Till) -> None:
    hosted = wanted(1500, success_url=f"{till.url}/thanks")
    session = till.api.checkout.sessions.create(hosted)
    till.page.goto(str(session.url))
    expect(till.page.get_by_text("Tea")).to_be_visible()
    till.page.get_by_label("Card number").fill(VISA)
    till.page.get_by_role("button", name="Pay 15.00 GBP").click()
    expect(till.page).to_have_url(re.compile("/thanks"))


def test_an_element_of_an_expired_session_says_so(till: Till) -> None:
    session = till.session()
    till.api.checkout.sessions.expire(session.id)
    till.visit(session)
    expect(till.page.locator("body")).to_have_attribute("data-failed", "resource_missing")
