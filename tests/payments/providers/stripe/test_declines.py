"""Each of Stripe's words for a decline has a sentence for the shopper and one for staff."""

from __future__ import annotations

import pytest

from payments.messages import ADVICE, SHOPPER, STAFF
from payments.providers.base import Failure
from payments.providers.stripe.declines import CODES, failure
from payments.providers.told import Told


@pytest.mark.parametrize("code", sorted(set(CODES.values())))
def test_each_reason_has_its_sentences(code: str) -> None:
    assert code in SHOPPER
    assert code in STAFF
    assert code in ADVICE


@pytest.mark.parametrize("raw", ["lost_card", "stolen_card", "pickup_card", "fraudulent"])
def test_who_holds_the_card_is_not_told_that_it_is_reported(raw: str) -> None:
    told = failure(Told({"code": "card_declined", "decline_code": raw}, "error"))

    assert told == Failure("declined", raw)


def test_the_decline_says_more_than_the_errors_code() -> None:
    error = Told({"code": "card_declined", "decline_code": "insufficient_funds"}, "error")

    assert failure(error) == Failure("insufficient_funds", "insufficient_funds")


def test_an_error_without_a_decline_is_known_by_its_code() -> None:
    error = Told({"code": "expired_card", "decline_code": None}, "error")

    assert failure(error) == Failure("expired_card", "expired_card")


def test_a_word_that_we_do_not_know_is_a_decline() -> None:
    assert failure(Told({"code": "moon_phase"}, "error")) == Failure("declined", "moon_phase")
