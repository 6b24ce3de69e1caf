"""A kept card is charged at once; where its bank asks who pays, the shopper goes there and back."""

from __future__ import annotations

import pytest

from payments.providers.actions import Redirect
from payments.providers.base import Status
from payments.providers.errors import NotFound, ProviderRejected
from tests.payments.providers.stripe.cast import (
    ASKS_EACH_TIME,
    Counter,
    payment_of,
)


def test_what_is_kept_is_named_with_its_customer_and_shows_its_face(counter: Counter) -> None:
    kept = counter.sells(save_method=True).saved_method

    assert kept
    assert kept.provider_id.startswith("cus_")
    assert "/pm_" in kept.provider_id
    assert (kept.brand, kept.last4) == ("visa", "4242")


def test_it_is_charged_at_once(counter: Counter) -> None:
    told = counter.begins(saved_method=counter.keeps())

    assert (told.status, told.captured, told.next_action) == (Status.CAPTURED, 6000, None)


def test_what_it_holds_is_captured_in_parts(counter: Counter) -> None:
    told = counter.begins(saved_method=counter.keeps(), hold=True)

    counter.captures(told, 2000, final=False)

    assert counter.captures(told, 1500, final=False).captured == 3500


def test_where_its_bank_asks_who_pays_the_shopper_is_sent_there(counter: Counter) -> None:
    told = counter.begins(saved_method=counter.keeps(ASKS_EACH_TIME))

    assert (told.status, told.captured) == (Status.REQUIRES_ACTION, 0)
    assert isinstance(told.next_action, Redirect)


def test_once_the_shopper_has_said_yes_there_it_is_paid(counter: Counter) -> None:
    told = counter.begins(saved_method=counter.keeps(ASKS_EACH_TIME))
    counter.fake.answer(payment_of(told).value)

    assert counter.provider.query(payment_of(told)).status == Status.CAPTURED


def test_who_cannot_say_who_they_are_pays_nothing(counter: Counter) -> None:
    told = counter.begins(saved_method=counter.keeps(ASKS_EACH_TIME))
    counter.fake.answer(payment_of(told).value, agreed=False)

    answer = counter.provider.query(payment_of(told))
    assert answer.status == Status.DECLINED
    assert answer.error
    assert answer.error.code == "authentication_failed"


def test_the_same_key_steps_up_once(counter: Counter) -> None:
    request = counter.asks(saved_method=counter.keeps(ASKS_EACH_TIME))

    first, again = counter.provider.create(request), counter.provider.create(request)

    assert payment_of(first) == payment_of(again)
    assert first.next_action == again.next_action


def test_a_kept_card_may_be_held_first(counter: Counter) -> None:
    told = counter.begins(saved_method=counter.keeps(), hold=True)

    assert (told.status, told.authorized, told.captured) == (Status.AUTHORIZED, 6000, 0)


def test_a_kept_card_that_is_declined_says_why(counter: Counter) -> None:
    kept = counter.keeps_by_dashboard("pm_card_chargeCustomerFail")

    with pytest.raises(ProviderRejected) as refusal:
        counter.begins(saved_method=kept)

    assert refusal.value.failure.code == "declined"


def test_what_is_forgotten_is_charged_no_more(counter: Counter) -> None:
    kept = counter.keeps()
    counter.provider.forget_method(kept, "forget-1")

    with pytest.raises(ProviderRejected) as refusal:
        counter.begins(saved_method=kept)

    assert refusal.value.failure.code == "saved_card_gone"


def test_what_was_forgotten_before_is_not_found(counter: Counter) -> None:
    kept = counter.keeps()
    counter.provider.forget_method(kept, "forget-1")

    with pytest.raises(NotFound):
        counter.provider.forget_method(kept, "forget-2")


def test_a_card_that_stripe_does_not_keep_is_not_found(counter: Counter) -> None:
    with pytest.raises(NotFound):
        counter.provider.forget_method("cus_1/pm_1", "forget-2")


def test_a_name_that_is_none_of_a_card_is_refused_before_the_call(counter: Counter) -> None:
    with pytest.raises(ProviderRejected) as refusal:
        counter.begins(saved_method="card_of_another_provider")

    assert refusal.value.failure.code == "saved_card_gone"
