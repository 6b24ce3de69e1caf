"""Checkout sessions as a shopper meets them."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
import stripe

from tests.fakes.cast import CHALLENGED, DECLINED, SHOP, VISA, Shop


def test_a_paid_page_sends_the_shopper_back_to_the_shop(shop: Shop) -> None:
    session = shop.session()
    answer = shop.press(session.url, number=VISA)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{SHOP}/thanks?session={session.id}"


def test_a_paid_session_is_complete(shop: Shop) -> None:
    session = shop.session(metadata={"our_ref": "T-1"})
    shop.fake.pay(session.id)
    paid = shop.api.checkout.sessions.retrieve(session.id)
    assert (paid.status, paid.payment_status, paid.url) == ("complete", "paid", None)
    assert paid.metadata is not None
    assert paid.metadata["our_ref"] == "T-1"
    assert shop.kinds()[-2:] == ["payment_intent.succeeded", "checkout.session.completed"]


def test_a_declined_card_leaves_the_page_open(shop: Shop) -> None:
    session = shop.session()
    answer = shop.press(session.url, number=DECLINED)
    assert "Your card was declined." in answer.text
    told = shop.api.checkout.sessions.retrieve(session.id)
    assert (told.status, told.payment_status) == ("open", "unpaid")
    intent = shop.intent_of(session.id)
    assert intent.status == "requires_payment_method"
    assert intent.last_payment_error is not None
    assert intent.last_payment_error.decline_code == "generic_decline"


def test_another_card_pays_after_a_declined_one(shop: Shop) -> None:
    session = shop.session()
    shop.fake.pay(session.id, DECLINED)
    shop.fake.pay(session.id, VISA)
    assert shop.intent_of(session.id).status == "succeeded"
    assert shop.kinds().count("payment_intent.created") == 1


def test_a_number_that_is_none_is_said_to_be_wrong(shop: Shop) -> None:
    session = shop.session()
    sent = shop.fake.pay(session.id, "4242424242424241")
    assert sent.error
    assert sent.error["code"] == "incorrect_number"


@pytest.mark.parametrize(
    ("agreed", "status"), [(True, "succeeded"), (False, "requires_payment_method")]
)
def test_a_challenge_is_answered_on_a_page_of_its_own(
    shop: Shop, agreed: bool, status: str
) -> None:
    session = shop.session()
    asked = shop.press(session.url, number=CHALLENGED).headers["location"]
    answered = httpx.post(asked, data={"agreed": str(agreed).lower()}, trust_env=False)
    assert answered.status_code == 303
    assert answered.headers["location"] == (
        f"{SHOP}/thanks?session={session.id}" if agreed else session.url
    )
    assert shop.intent_of(session.id).status == status


def details_of(shop: Shop, session: str) -> stripe.Charge.PaymentMethodDetails:
    """What the charge of a paid session tells of what it was paid with."""
    charge = shop.intent_of(session).latest_charge
    assert isinstance(charge, stripe.Charge)
    assert charge.payment_method_details
    return charge.payment_method_details


@pytest.mark.parametrize("wallet", ["apple_pay", "google_pay", "link"])
def test_where_only_cards_may_pay_a_wallet_pays_as_a_card(shop: Shop, wallet: str) -> None:
    session = shop.session(allowed_payment_method_types=["card"])
    shop.fake.pay(session.id, pay_with=wallet)
    details = details_of(shop, session.id)
    assert details.card
    assert details.card.wallet
    assert details.card.wallet.type == wallet


def test_link_is_a_type_of_its_own_where_it_may_pay_and_tells_of_no_card(shop: Shop) -> None:
    session = shop.session(payment_intent_data={"capture_method": "manual"})
    shop.fake.pay(session.id, pay_with="link")
    details = details_of(shop, session.id).to_dict()
    assert details == {"type": "link", "link": {"country": "US"}}
    method = shop.api.payment_methods.retrieve(str(shop.intent_of(session.id).payment_method))
    assert method.type == "link"
    assert "card" not in method.to_dict()


@pytest.mark.parametrize("kind", ["alipay", "wechat_pay"])
def test_wallets_of_china_authorise_on_their_page(shop: Shop, kind: str) -> None:
    session = shop.session()
    asked = shop.press(session.url, pay_with=kind).headers["location"]
    httpx.post(asked, data={"agreed": "true"}, trust_env=False)
    intent = shop.intent_of(session.id)
    assert intent.status == "succeeded"
    assert isinstance(intent.latest_charge, stripe.Charge)
    assert intent.latest_charge.payment_method_details
    assert intent.latest_charge.payment_method_details.type == kind


def test_a_saved_card_gets_a_customer(shop: Shop) -> None:
    session = shop.session(saved_payment_method_options={"payment_method_save": "enabled"})
    shop.fake.pay(session.id, save=True)
    intent = shop.intent_of(session.id)
    assert intent.setup_future_usage == "off_session"
    assert isinstance(intent.customer, str)
    kept = shop.api.customers.payment_methods.list(intent.customer).data
    assert [each.id for each in kept] == [intent.payment_method]


@pytest.mark.parametrize(("agreed", "end"), [(True, "succeeded"), (False, "failed")])
def test_money_that_takes_long_completes_the_session_first(
    shop: Shop, agreed: bool, end: str
) -> None:
    session = shop.session()
    shop.fake.pay(session.id, pay_with="alipay")
    shop.fake.answer(shop.intent_of(session.id).id, agreed=agreed, after=timedelta(hours=1))
    told = shop.api.checkout.sessions.retrieve(session.id)
    assert (told.status, told.payment_status) == ("complete", "unpaid")
    shop.clock.forward(hours=1)
    told = shop.api.checkout.sessions.retrieve(session.id)
    assert told.payment_status == ("paid" if agreed else "unpaid")
    assert shop.kinds()[-1] == f"checkout.session.async_payment_{end}"


def test_link_is_not_shown_where_it_is_switched_off(shop: Shop) -> None:
    session = shop.session(wallet_options={"link": {"display": "never"}})
    assert session.url
    page = httpx.get(session.url, trust_env=False).text
    assert "Google Pay" in page
    assert "Link" not in page


def test_a_card_of_before_is_offered_and_pays(shop: Shop) -> None:
    first = shop.session(saved_payment_method_options={"payment_method_save": "enabled"})
    shop.fake.pay(first.id, save=True)
    before = shop.intent_of(first.id)
    again = shop.session(customer=before.customer)
    assert again.url
    assert "Visa 4242" in httpx.get(again.url, trust_env=False).text
    shop.fake.pay(again.id, pay_with=str(before.payment_method))
    assert shop.intent_of(again.id).payment_method == before.payment_method


def test_a_card_that_was_not_to_be_kept_is_not_offered(shop: Shop) -> None:
    first = shop.session(payment_intent_data={"setup_future_usage": "off_session"})
    shop.fake.pay(first.id)
    again = shop.session(customer=shop.intent_of(first.id).customer)
    assert again.url
    assert "Visa 4242" not in httpx.get(again.url, trust_env=False).text


def test_who_agrees_at_the_second_attempt_is_remembered(shop: Shop) -> None:
    session = shop.session(saved_payment_method_options={"payment_method_save": "enabled"})
    shop.fake.pay(session.id, DECLINED)
    shop.fake.pay(session.id, VISA, save=True)
    customer = shop.intent_of(session.id).customer
    assert isinstance(customer, str)
    assert len(shop.api.customers.payment_methods.list(customer).data) == 1


def test_a_number_of_no_test_card_is_declined(shop: Shop) -> None:
    sent = shop.fake.pay(shop.session().id, "4111111111111111")
    assert sent.error
    assert sent.error["decline_code"] == "generic_decline"


def test_a_code_that_nobody_scans_runs_out_and_the_page_stays(shop: Shop) -> None:
    session = shop.session()
    shop.fake.pay(session.id, pay_with="wechat_pay")
    shop.fake.let_code_run_out(shop.intent_of(session.id).id)
    intent = shop.intent_of(session.id)
    assert intent.status == "requires_payment_method"
    assert intent.last_payment_error
    assert intent.last_payment_error.code == "payment_intent_payment_attempt_expired"
    assert shop.api.checkout.sessions.retrieve(session.id).status == "open"
