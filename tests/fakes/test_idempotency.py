"""Repetitions, and trouble: what a caller meets when the network or Stripe has a bad day."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import stripe

from tests.fakes.cast import Shop, client_of, headers, refused, wanted


def create(shop: Shop, key: str = "k-1", amount: int = 1500) -> stripe.checkout.Session:
    return shop.api.checkout.sessions.create(wanted(amount), {"idempotency_key": key})


def count(shop: Shop) -> int:
    return len(shop.api.checkout.sessions.list().data)


def test_a_repetition_gets_the_first_answer(shop: Shop) -> None:
    first, again = create(shop), create(shop)
    assert first.id == again.id
    assert again.last_response
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    assert count(shop) == 1


def test_a_key_means_one_request(shop: Shop) -> None:
    create(shop)
    with pytest.raises(stripe.IdempotencyError, match="same parameters"):
        create(shop, amount=1600)
    assert count(shop) == 1


def test_a_decline_is_repeated_too(shop: Shop) -> None:
    asked: Any = {
        "amount": 900,
        "currency": "gbp",
        "payment_method": "pm_card_visa_chargeDeclined",
        "confirm": True,
        "return_url": "https://shop.example",
    }
    for _ in range(2):
        with pytest.raises(stripe.CardError):
            shop.api.payment_intents.create(asked, {"idempotency_key": "k-1"})
    assert len(shop.api.charges.list().data) == 1


def test_a_parameter_that_was_wrong_may_be_put_right(shop: Shop) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        create(shop, amount=1)
    assert create(shop, amount=1500).amount_total == 1500


def test_what_was_not_even_read_is_not_kept(rough_shop: Shop) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        rough_shop.api.checkout.sessions.create(wanted(colour="red"), {"idempotency_key": "k-1"})
    assert create(rough_shop).status == "open"


def test_a_key_is_of_its_account_and_mode(shop: Shop) -> None:
    live = client_of(shop.fake, shop.merchant.live_key).v1
    live.checkout.sessions.create(wanted(900), {"idempotency_key": "k-1"})
    assert create(shop).amount_total == 1500


def test_a_key_is_forgotten_after_a_day(shop: Shop) -> None:
    first = create(shop)
    shop.clock.forward(hours=24)
    assert create(shop).id != first.id


def test_a_key_has_at_most_255_characters(rough_shop: Shop) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="255"):
        create(rough_shop, "k" * 256)
    assert "256 characters" in rough_shop.fake.violations[0].said


def test_a_repetition_while_the_first_is_under_way_is_refused(shop: Shop) -> None:
    gate = shop.fake.trouble.hold(on="POST /v1/checkout/sessions")
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(create, shop)
        assert gate.reached.wait(10)
        with pytest.raises(stripe.StripeError) as caught:
            create(shop)
        gate.release()
    assert refused(caught.value)[:2] == (409, "idempotency_key_in_use")
    assert create(shop).id == first.result().id


def test_an_error_before_the_effect_leaves_nothing(shop: Shop) -> None:
    shop.fake.trouble.next("error_before", on="POST")
    with pytest.raises(stripe.APIError):
        create(shop)
    assert count(shop) == 0


def test_an_error_after_the_effect_leaves_it(shop: Shop) -> None:
    shop.fake.trouble.next("error_after", on="POST")
    with pytest.raises(stripe.APIError):
        create(shop)
    assert count(shop) == 1


def test_an_error_of_stripe_s_is_repeated(shop: Shop) -> None:
    shop.fake.trouble.next("error_before", on="POST")
    with pytest.raises(stripe.APIError):
        create(shop)
    with pytest.raises(stripe.APIError) as caught:
        create(shop)
    assert headers(caught.value)["Idempotent-Replayed"] == "true"


def test_trouble_may_be_for_one_key(shop: Shop) -> None:
    shop.fake.trouble.next("error_before", on="k-2")
    assert create(shop).status == "open"
    with pytest.raises(stripe.APIError):
        create(shop, key="k-2")


def test_too_many_requests_are_told_to_wait(shop: Shop) -> None:
    shop.fake.trouble.next("rate_limit")
    with pytest.raises(stripe.RateLimitError) as caught:
        create(shop)
    assert headers(caught.value)["Retry-After"] == "1"
    assert create(shop).status == "open"


def test_a_lock_that_was_not_got_may_be_tried_again(shop: Shop) -> None:
    shop.fake.trouble.next("lock_timeout")
    with pytest.raises(stripe.RateLimitError) as caught:
        create(shop)
    assert refused(caught.value)[:2] == (429, "lock_timeout")
    assert headers(caught.value)["Stripe-Should-Retry"] == "true"


def test_trouble_meets_whom_it_is_for(shop: Shop) -> None:
    shop.fake.trouble.next("error_before", on="/v1/refunds")
    assert create(shop).status == "open"


def test_a_slow_answer_is_an_answer(shop: Shop) -> None:
    shop.fake.trouble.delay(0.01, on="POST")
    assert create(shop).status == "open"


def test_a_repetition_names_the_request_that_it_repeats(shop: Shop) -> None:
    first, again = create(shop).last_response, create(shop).last_response
    assert first
    assert again
    assert again.headers["Original-Request"] == first.headers["Request-Id"]


def test_many_at_once_are_one_after_the_other(shop: Shop) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda place: create(shop, f"k-{place % 10}").id, range(40)))
    assert len(set(made)) == 10
    assert len(shop.api.checkout.sessions.list({"limit": 100}).data) == 10
