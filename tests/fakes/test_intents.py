"""Payment intents by the shop's server: with and without the shopper."""

from __future__ import annotations

from typing import Any, cast

import httpx
import pytest
import stripe

from tests.fakes.cast import CHALLENGED, SHOP, Shop, refused

DECLINES = {
    "pm_card_visa_chargeDeclined": ("card_declined", "generic_decline"),
    "pm_card_visa_chargeDeclinedInsufficientFunds": ("card_declined", "insufficient_funds"),
    "pm_card_visa_chargeDeclinedLostCard": ("card_declined", "lost_card"),
    "pm_card_visa_chargeDeclinedStolenCard": ("card_declined", "stolen_card"),
    "pm_card_visa_chargeDeclinedVelocityLimitExceeded": ("card_declined", "card_velocity_exceeded"),
    "pm_card_chargeDeclinedExpiredCard": ("expired_card", None),
    "pm_card_chargeDeclinedIncorrectCvc": ("incorrect_cvc", None),
    "pm_card_chargeDeclinedProcessingError": ("processing_error", None),
}


def charge(shop: Shop, method: str, **more: Any) -> stripe.PaymentIntent:
    """Ask the issuer at once for 20 pounds."""
    asked: Any = {
        "amount": 2000,
        "currency": "gbp",
        "payment_method": method,
        "confirm": True,
        "return_url": SHOP,
        **more,
    }
    return shop.api.payment_intents.create(asked)


def saved(shop: Shop, number: str) -> tuple[str, str]:
    """A customer, and the card that they let the shop keep."""
    session = shop.session(
        payment_intent_data={"setup_future_usage": "off_session"}, customer_creation="always"
    )
    fake = shop.fake
    fake.pay(session.id, number)
    intent = shop.intent_of(session.id)
    if intent.status == "requires_action":
        fake.answer(intent.id)
        intent = shop.intent_of(session.id)
    return cast("str", intent.customer), cast("str", intent.payment_method)


def test_a_confirmed_intent_is_paid(shop: Shop) -> None:
    intent = charge(shop, "pm_card_visa", metadata={"our_ref": "P-1"})
    assert (intent.status, intent.amount_received) == ("succeeded", 2000)
    told = shop.charge(intent.id)
    assert (told.paid, told.captured, told.metadata["our_ref"]) == (True, True, "P-1")


def test_an_intent_may_be_confirmed_later(shop: Shop) -> None:
    made = shop.api.payment_intents.create(
        {"amount": 2000, "currency": "gbp", "payment_method": "pm_card_visa"}
    )
    assert made.status == "requires_confirmation"
    paid = shop.api.payment_intents.confirm(made.id, {"return_url": SHOP})
    assert paid.status == "succeeded"


@pytest.mark.parametrize(("method", "said"), DECLINES.items())
def test_a_decline_says_why(shop: Shop, method: str, said: tuple[str, str | None]) -> None:
    with pytest.raises(stripe.CardError) as caught:
        charge(shop, method)
    error = caught.value.error
    assert error
    assert (caught.value.http_status, error.code, error.decline_code) == (402, *said)
    assert error.payment_intent
    assert error.payment_intent.status == "requires_payment_method"
    assert shop.kinds()[-2:] == ["charge.failed", "payment_intent.payment_failed"]


def test_a_declined_charge_is_told_with_its_outcome(shop: Shop) -> None:
    with pytest.raises(stripe.CardError):
        charge(shop, "pm_card_visa_chargeDeclinedLostCard")
    (failed,) = shop.api.charges.list().data
    assert (failed.status, failed.paid, failed.failure_code) == ("failed", False, "card_declined")
    assert failed.outcome
    assert failed.outcome.reason == "lost_card"


def test_a_kept_card_pays_without_the_shopper(shop: Shop) -> None:
    customer, method = saved(shop, "4242424242424242")
    intent = charge(shop, method, customer=customer, off_session=True)
    assert intent.status == "succeeded"


def test_a_card_that_asks_each_time_wants_the_shopper(shop: Shop) -> None:
    customer, method = saved(shop, CHALLENGED)
    with pytest.raises(stripe.CardError) as caught:
        charge(shop, method, customer=customer, off_session=True)
    error = caught.value.error
    assert error
    assert error.code == "authentication_required"
    assert error.payment_intent
    assert shop.intent(error.payment_intent.id).status == "requires_payment_method"


def test_a_card_that_was_asked_when_it_was_kept_pays_alone(shop: Shop) -> None:
    customer, method = saved(shop, "4000002500003155")
    assert charge(shop, method, customer=customer, off_session=True).status == "succeeded"


def test_a_challenge_names_the_page_that_asks(shop: Shop) -> None:
    intent = charge(shop, "pm_card_authenticationRequired")
    assert intent.next_action
    assert intent.next_action.redirect_to_url
    url = intent.next_action.redirect_to_url.url
    assert url
    answer = httpx.post(url, data={"agreed": "true"}, trust_env=False)
    assert answer.headers["location"] == SHOP
    assert shop.intent(intent.id).status == "succeeded"


def test_a_challenge_may_end_in_a_decline(shop: Shop) -> None:
    intent = charge(shop, "pm_card_threeDSecureRequiredChargeDeclined")
    sent = shop.fake.answer(intent.id)
    assert sent.error
    assert sent.error["code"] == "card_declined"


def test_methods_that_redirect_need_a_way_back(shop: Shop) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        charge(shop, "pm_card_visa", return_url=None)
    assert refused(caught.value)[2] == "return_url"
    assert shop.api.payment_intents.list().data == []


def test_cards_alone_need_none(shop: Shop) -> None:
    made = shop.api.payment_intents.create(
        {
            "amount": 2000,
            "currency": "gbp",
            "payment_method": "pm_card_visa",
            "confirm": True,
            "allowed_payment_method_types": ["card"],
        }
    )
    assert made.status == "succeeded"


def test_a_paid_intent_is_not_canceled(shop: Shop) -> None:
    intent = charge(shop, "pm_card_visa")
    with pytest.raises(stripe.InvalidRequestError) as caught:
        shop.api.payment_intents.cancel(intent.id)
    assert caught.value.code == "payment_intent_unexpected_state"


def test_the_intent_of_an_open_session_is_the_session_s(shop: Shop) -> None:
    session = shop.session()
    shop.fake.pay(session.id, "4000000000000002")
    intent = shop.intent_of(session.id)
    with pytest.raises(stripe.InvalidRequestError, match="Expire the Checkout Session"):
        shop.api.payment_intents.cancel(intent.id)
    assert shop.intent(intent.id).status == "requires_payment_method"


def test_search_is_a_minute_behind(shop: Shop) -> None:
    intent = shop.paid(payment_intent_data={"metadata": {"our_ref": "P-9"}})
    query = "metadata['our_ref']:'P-9' AND status:'succeeded'"
    assert shop.api.payment_intents.search({"query": query}).data == []
    shop.clock.forward(seconds=61)
    found = shop.api.payment_intents.search({"query": query}).data
    assert [each.id for each in found] == [intent.id]


def test_search_has_a_language(shop: Shop) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="unable to parse"):
        shop.api.payment_intents.search({"query": "everything"})


def test_metadata_are_changed_key_by_key(shop: Shop) -> None:
    intent = charge(shop, "pm_card_visa", metadata={"a": "1", "b": "2"})
    told = shop.api.payment_intents.update(intent.id, {"metadata": {"a": "", "c": "3"}})
    assert told.metadata.to_dict() == {"b": "2", "c": "3"}


def test_expansion_goes_no_further_than_there_is_something(shop: Shop) -> None:
    intent = charge(shop, "pm_card_visa")
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        shop.api.payment_intents.retrieve(intent.id, {"expand": ["amount"]})


def test_search_goes_page_by_page(shop: Shop) -> None:
    for _ in range(3):
        charge(shop, "pm_card_visa", metadata={"our_ref": "P"})
    shop.clock.forward(minutes=2)
    query = "metadata['our_ref']:'P'"
    first = shop.api.payment_intents.search({"query": query, "limit": 2})
    assert (len(first.data), first.has_more) == (2, True)
    assert first.next_page
    rest = shop.api.payment_intents.search({"query": query, "limit": 2, "page": first.next_page})
    assert (len(rest.data), rest.has_more) == (1, False)


def test_a_challenge_that_nobody_can_answer_may_be_an_error(shop: Shop) -> None:
    with pytest.raises(stripe.CardError) as caught:
        charge(shop, "pm_card_authenticationRequired", error_on_requires_action=True)
    assert caught.value.code == "authentication_required"
