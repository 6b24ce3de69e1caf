"""Holds: captured, in part, in parts, let go, or left to lapse."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from tests.fakes.cast import Shop


def capture_before(charge: stripe.Charge) -> int | None:
    details = charge.payment_method_details
    assert details
    assert details.card
    return details.card.to_dict().get("capture_before")


def test_a_hold_moves_no_money(shop: Shop) -> None:
    intent = shop.held(1500)
    assert (intent.status, intent.amount_capturable) == ("requires_capture", 1500)
    charge = shop.charge(intent.id)
    assert (charge.captured, charge.amount_captured) == (False, 0)
    assert capture_before(charge) == int(shop.clock().timestamp()) + 7 * 86400
    assert shop.money() == []


def test_a_session_that_holds_is_complete_and_unpaid(shop: Shop) -> None:
    shop.held()
    (session,) = shop.api.checkout.sessions.list().data
    assert (session.status, session.payment_status) == ("complete", "unpaid")


def test_what_is_not_captured_is_released(shop: Shop) -> None:
    intent = shop.held(1500)
    told = shop.api.payment_intents.capture(intent.id, {"amount_to_capture": 1000})
    assert (told.status, told.amount_received, told.amount_capturable) == ("succeeded", 1000, 0)
    charge = shop.charge(intent.id)
    assert (charge.amount, charge.amount_captured) == (1500, 1000)
    assert shop.money() == [("charge", 1000 - 35, 35)]


def test_no_more_is_captured_than_is_held(shop: Shop) -> None:
    intent = shop.held(1500)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        shop.api.payment_intents.capture(intent.id, {"amount_to_capture": 1501})
    assert caught.value.code == "amount_too_large"
    assert shop.intent(intent.id).amount_capturable == 1500


def test_a_hold_is_captured_once(shop: Shop) -> None:
    intent = shop.held()
    shop.api.payment_intents.capture(intent.id)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        shop.api.payment_intents.capture(intent.id)
    assert caught.value.code == "payment_intent_unexpected_state"


def test_parts_are_captured_where_that_was_asked_for(shop: Shop) -> None:
    intent = shop.paid(
        amount=1500,
        payment_intent_data={"capture_method": "manual"},
        payment_method_options={"card": {"request_multicapture": "if_available"}},
    )
    part = shop.api.payment_intents.capture(
        intent.id, {"amount_to_capture": 600, "final_capture": False}
    )
    assert (part.status, part.amount_capturable) == ("requires_capture", 900)
    rest = shop.api.payment_intents.capture(intent.id)
    assert (rest.status, rest.amount_received) == ("succeeded", 1500)


def test_what_link_holds_is_not_captured_in_parts(shop: Shop) -> None:
    session = shop.session(
        payment_intent_data={"capture_method": "manual"},
        payment_method_options={"card": {"request_multicapture": "if_available"}},
    )
    shop.fake.pay(session.id, pay_with="link")
    with pytest.raises(stripe.InvalidRequestError, match="multicapture"):
        shop.api.payment_intents.capture(
            shop.intent_of(session.id).id, {"amount_to_capture": 600, "final_capture": False}
        )


def test_parts_are_refused_where_it_was_not(shop: Shop) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="multicapture"):
        shop.api.payment_intents.capture(
            shop.held().id, {"amount_to_capture": 600, "final_capture": False}
        )


def test_a_canceled_hold_is_released(shop: Shop) -> None:
    intent = shop.held()
    told = shop.api.payment_intents.cancel(
        intent.id, {"cancellation_reason": "requested_by_customer"}
    )
    assert (told.status, told.cancellation_reason) == ("canceled", "requested_by_customer")
    assert shop.charge(intent.id).refunded
    assert shop.money() == []


def test_a_hold_lapses_after_seven_days(shop: Shop) -> None:
    intent = shop.held()
    shop.clock.forward(days=7)
    told = shop.intent(intent.id)
    assert (told.status, told.cancellation_reason) == ("canceled", "automatic")
    assert shop.kinds()[-2:] == ["charge.expired", "payment_intent.canceled"]


def test_a_captured_hold_does_not_lapse(shop: Shop) -> None:
    intent = shop.held()
    shop.api.payment_intents.capture(intent.id)
    shop.clock.forward(days=8)
    assert shop.intent(intent.id).status == "succeeded"


def test_the_rest_of_parts_is_let_go_by_capturing_nothing(shop: Shop) -> None:
    intent = shop.paid(
        payment_intent_data={"capture_method": "manual"},
        payment_method_options={"card": {"request_multicapture": "if_available"}},
    )
    part: Any = {"amount_to_capture": 600, "final_capture": False}
    shop.api.payment_intents.capture(intent.id, part)
    told = shop.api.payment_intents.capture(intent.id, {"amount_to_capture": 0})
    assert (told.status, told.amount_received, told.amount_capturable) == ("succeeded", 600, 0)
    assert len(shop.money()) == 1


def test_a_capture_may_carry_metadata(shop: Shop) -> None:
    intent = shop.held()
    told = shop.api.payment_intents.capture(intent.id, {"metadata": {"our_ref": "C-1"}})
    assert told.metadata["our_ref"] == "C-1"
