"""Refunds: how much, how often, and what becomes of them."""

from __future__ import annotations

import pytest
import stripe

from tests.fakes.cast import Shop, refused

PENDING = "4000000000007726"
FAILS = "4000000000005126"


def test_a_refund_gives_back_a_part(shop: Shop) -> None:
    intent = shop.paid(amount=1500)
    made = shop.api.refunds.create(
        {"payment_intent": intent.id, "amount": 400, "metadata": {"our_ref": "R-1"}}
    )
    assert (made.amount, made.status) == (400, "succeeded")
    charge = shop.charge(intent.id)
    assert (charge.amount_refunded, charge.refunded) == (400, False)
    assert shop.kinds()[-2:] == ["refund.created", "charge.refunded"]


def test_without_an_amount_all_that_is_left_goes_back(shop: Shop) -> None:
    intent = shop.paid(amount=1500)
    shop.api.refunds.create({"payment_intent": intent.id, "amount": 400})
    assert shop.api.refunds.create({"payment_intent": intent.id}).amount == 1100
    assert shop.charge(intent.id).refunded


def test_no_more_goes_back_than_came(shop: Shop) -> None:
    intent = shop.paid(amount=1500)
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded amount"):
        shop.api.refunds.create({"payment_intent": intent.id, "amount": 1501})
    assert shop.api.refunds.list({"payment_intent": intent.id}).data == []


def test_what_is_refunded_is_not_refunded_again(shop: Shop) -> None:
    intent = shop.paid()
    shop.api.refunds.create({"payment_intent": intent.id})
    with pytest.raises(stripe.InvalidRequestError) as caught:
        shop.api.refunds.create({"payment_intent": intent.id})
    assert caught.value.code == "charge_already_refunded"


def test_what_is_not_captured_is_not_refunded(shop: Shop) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="successful charge"):
        shop.api.refunds.create({"payment_intent": shop.held().id})


def test_a_pending_refund_succeeds_later(shop: Shop) -> None:
    made = shop.api.refunds.create({"payment_intent": shop.paid(PENDING).id})
    assert made.status == "pending"
    shop.clock.forward(minutes=3)
    assert shop.api.refunds.retrieve(made.id).status == "succeeded"
    assert shop.kinds()[-2:] == ["refund.updated", "charge.refund.updated"]


def test_a_refund_that_fails_brings_the_money_back(shop: Shop) -> None:
    intent = shop.paid(FAILS)
    made = shop.api.refunds.create({"payment_intent": intent.id, "amount": 500})
    assert made.status == "succeeded"
    shop.clock.forward(minutes=3)
    told = shop.api.refunds.retrieve(made.id)
    assert (told.status, told.failure_reason) == ("failed", "lost_or_stolen_card")
    assert shop.charge(intent.id).amount_refunded == 0
    assert [each for each in shop.money() if each[0] != "charge"] == [
        ("refund", -500, 0),
        ("refund_failure", 500, 0),
    ]


def test_a_refund_of_the_dashboard_has_no_request(shop: Shop) -> None:
    intent = shop.paid()
    shop.fake.refund_in_dashboard(intent.id, 300)
    (event,) = shop.api.events.list({"type": "refund.created"}).data
    assert event.request
    assert event.request.id is None
    assert [each.amount for each in shop.api.refunds.list().data] == [300]


def test_a_reason_is_one_of_stripe_s(rough_shop: Shop) -> None:
    intent = rough_shop.paid()
    with pytest.raises(stripe.InvalidRequestError) as caught:
        rough_shop.api.refunds.create({"payment_intent": intent.id, "reason": "broken"})
    assert refused(caught.value) == (400, None, "reason")


def test_none_of_these_refunds_can_be_canceled(shop: Shop) -> None:
    made = shop.api.refunds.create({"payment_intent": shop.paid(PENDING).id})
    with pytest.raises(stripe.InvalidRequestError, match="cannot be canceled"):
        shop.api.refunds.cancel(made.id)


def test_a_bank_may_send_a_refund_back(shop: Shop) -> None:
    made = shop.api.refunds.create({"payment_intent": shop.paid().id})
    shop.fake.fail_refund(made.id)
    assert shop.api.refunds.retrieve(made.id).status == "failed"
    assert shop.kinds()[-3:] == ["refund.failed", "refund.updated", "charge.refund.updated"]


def test_a_pending_refund_may_be_taken_back_in_the_dashboard(shop: Shop) -> None:
    intent = shop.paid(PENDING)
    made = shop.api.refunds.create({"payment_intent": intent.id, "amount": 500})
    shop.fake.cancel_refund_in_dashboard(made.id)
    shop.clock.forward(minutes=3)
    told = shop.api.refunds.retrieve(made.id)
    assert (told.status, told.failure_reason) == ("canceled", "merchant_request")
    assert shop.charge(intent.id).amount_refunded == 0
