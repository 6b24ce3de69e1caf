"""Checkout sessions as a shop's server asks for them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import stripe

from tests.fakes.cast import DECLINED, SHOP, Shop, refused, wanted

HOUR = 3600


def test_a_session_adds_up_its_lines(shop: Shop) -> None:
    line = {**wanted(250)["line_items"][0], "quantity": 3}
    session = shop.session(line_items=[line])
    assert (session.amount_total, session.currency, session.status) == (750, "gbp", "open")
    assert (session.payment_status, session.payment_intent) == ("unpaid", None)


def test_a_session_runs_out_at_its_time(shop: Shop) -> None:
    session = shop.session(expires_at=int(shop.clock().timestamp()) + HOUR)
    shop.clock.forward(hours=1)
    assert shop.api.checkout.sessions.retrieve(session.id).status == "expired"
    assert shop.kinds() == ["checkout.session.expired"]


def test_an_expired_page_says_so(shop: Shop) -> None:
    session = shop.session()
    assert shop.api.checkout.sessions.expire(session.id).status == "expired"
    assert session.url
    assert "expired" in httpx.get(session.url, trust_env=False).text
    assert shop.fake.pay(session.id).error


def test_expiry_cancels_what_the_shopper_tried(shop: Shop) -> None:
    session = shop.session()
    shop.fake.pay(session.id, DECLINED)
    shop.api.checkout.sessions.expire(session.id)
    intent = shop.intent_of(session.id)
    assert (intent.status, intent.cancellation_reason) == ("canceled", "expired")


def test_a_complete_session_cannot_expire(shop: Shop) -> None:
    session = shop.session()
    shop.fake.pay(session.id)
    with pytest.raises(stripe.InvalidRequestError, match="complete"):
        shop.api.checkout.sessions.expire(session.id)


@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        ({"success_url": "shop"}, ("url_invalid", "success_url")),
        ({"return_url": SHOP}, (None, "return_url")),
        ({"ui_mode": "elements"}, (None, "success_url")),
        ({"expires_at": 1793620800 + 60}, (None, "expires_at")),
        ({"expires_at": 1793620800 + 90000}, (None, "expires_at")),
        ({"discounts": [{"coupon": "ten"}]}, ("resource_missing", "discounts[0][coupon]")),
        ({"customer": "cus_1"}, ("resource_missing", "customer")),
        ({"line_items": []}, ("parameter_missing", "line_items")),
        ({"mode": "setup"}, (None, "mode")),
    ],
)
def test_what_does_not_go_together_is_refused(
    shop: Shop, more: dict[str, Any], wrong: tuple[str | None, str]
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        shop.api.checkout.sessions.create(wanted(**more))
    assert refused(caught.value)[1:] == wrong


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ((49, "usd"), "amount_too_small"),
        ((29, "gbp"), "amount_too_small"),
        ((249, "dkk"), "amount_too_small"),
        ((49, "jpy"), "amount_too_small"),
        ((100_000_000, "gbp"), "amount_too_large"),
        ((1001, "kwd"), None),
        ((10050, "isk"), None),
        ((1000, "xxx"), None),
    ],
)
def test_amounts_have_the_limits_of_their_currency(
    shop: Shop, asked: tuple[int, str], code: str | None
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        shop.api.checkout.sessions.create(wanted(*asked))
    assert caught.value.code == code


def test_an_account_charges_only_what_it_may(shop: Shop) -> None:
    shop.fake.limit(shop.merchant.id, currencies=["gbp"])
    with pytest.raises(stripe.InvalidRequestError, match="cannot currently charge in eur"):
        shop.api.checkout.sessions.create(wanted(1000, "eur"))


KINDS_BUT_ALIPAY = ["card", "link", "wechat_pay"]


@pytest.mark.parametrize(
    ("more", "kinds"),
    [
        ({"currency": "gbp"}, ["card", "link", "alipay", "wechat_pay"]),
        ({"currency": "cny"}, ["card", "link", "alipay", "wechat_pay"]),
        ({"currency": "eur"}, ["card", "link"]),
        ({"currency": "gbp", "allowed_payment_method_types": ["card"]}, ["card"]),
        ({"currency": "gbp", "excluded_payment_method_types": ["alipay"]}, KINDS_BUT_ALIPAY),
        (
            {"currency": "gbp", "payment_intent_data": {"capture_method": "manual"}},
            ["card", "link"],
        ),
    ],
)
def test_methods_are_those_that_fit(shop: Shop, more: dict[str, Any], kinds: list[str]) -> None:
    assert shop.session(1000, **more).payment_method_types == kinds


def test_a_list_of_methods_is_a_thing_of_the_past(rough_shop: Shop) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        rough_shop.api.checkout.sessions.create(wanted(payment_method_types=["card"]))
    assert caught.value.code == "payment_method_types_no_longer_supported"
    assert [each.param for each in rough_shop.fake.violations] == ["payment_method_types"]


def test_sessions_are_found_by_their_intent(shop: Shop) -> None:
    session = shop.session()
    shop.session()
    shop.fake.pay(session.id)
    intent = shop.intent_of(session.id).id
    found = shop.api.checkout.sessions.list({"payment_intent": intent}).data
    assert [each.id for each in found] == [session.id]


def test_lines_are_told_to_who_asks(shop: Shop) -> None:
    session = shop.session(700)
    lines = shop.api.checkout.sessions.line_items.list(session.id).data
    assert [(each.description, each.amount_total) for each in lines] == [("Tea", 700)]


def test_an_address_that_the_shop_knows_is_told_at_once(shop: Shop) -> None:
    details = shop.session(customer_email="jenny@example.com").customer_details
    assert details
    assert details.email == "jenny@example.com"


def test_what_was_asked_for_is_told_again(shop: Shop) -> None:
    asked: Any = {
        "adaptive_pricing": {"enabled": False},
        "consent_collection": {"payment_method_reuse_agreement": {"position": "hidden"}},
        "client_reference_id": "P-1",
        "locale": "de",
    }
    told = shop.session(**asked).to_dict()
    assert told["consent_collection"]["payment_method_reuse_agreement"] == {"position": "hidden"}
    assert (told["client_reference_id"], told["locale"]) == ("P-1", "de")
