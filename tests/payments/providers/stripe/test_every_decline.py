"""Every word that Stripe has for a decline: what the shopper can do, and what staff read of it."""

from __future__ import annotations

import re
from itertools import chain
from typing import Final, get_args

import pytest
from stripe import PaymentIntent

from payments.messages import ADVICE, SHOPPER, STAFF, advice, for_shopper, why
from payments.providers.base import Failure
from payments.providers.stripe.declines import CODES, failure
from payments.providers.told import Told

ANOTHER: Final = "Please try another card or another way to pay."
ASK: Final = "Please ask your bank, or try another way to pay."
AGAIN: Final = "Please try again in a moment, or another way to pay."
CHECK: Final = "Please check what you type, and try again."

# docs.stripe.com/declines/codes, by the column "next steps"
LISTED: Final = {
    ANOTHER: """
        card_velocity_exceeded duplicate_transaction expired_card fraudulent generic_decline
        insufficient_funds invalid_amount lost_card merchant_blacklist pickup_card stolen_card
        testmode_decline withdrawal_count_limit_exceeded
    """,
    ASK: """
        approve_with_id authentication_not_handled authentication_required call_issuer
        card_not_supported currency_not_supported do_not_honor do_not_try_again incorrect_pin
        invalid_account invalid_pin mobile_device_authentication_required
        new_account_information_available no_action_taken not_permitted offline_pin_required
        online_or_offline_pin_required pin_try_exceeded restricted_card
        revocation_of_all_authorizations revocation_of_authorization security_violation
        service_not_allowed stop_payment_order transaction_not_allowed
    """,
    AGAIN: "issuer_not_available processing_error reenter_transaction try_again_later",
    CHECK: """
        incorrect_address incorrect_cvc incorrect_number incorrect_zip invalid_cvc
        invalid_expiry_month invalid_expiry_year invalid_number
    """,
}
BY_CODE: Final = [(raw, said) for said, codes in LISTED.items() for raw in codes.split()]
OF_SHOPPERS: Final = re.compile(
    r"card_decline.*|.*authentication_(failure|required)|expired_(card|payment_method)"
    r"|incorrect_.*|invalid_(cvc|expiry.*|number)|insufficient_funds|processing_error"
    r"|payment_method_(customer|provider)_.*|payment_intent_payment_attempt_failed"
)
"""Error codes that are about who pays or about their card, not about our request."""


def known_to_the_sdk() -> set[str]:
    """Every code of an error that a payment's last failure can have."""
    named = get_args(PaymentIntent.LastPaymentError.__annotations__["code"])
    return {str(code) for code in chain.from_iterable(map(get_args, named))}


def read(raw: str) -> Failure:
    return failure(Told({"code": "card_declined", "decline_code": raw}, "error"))


@pytest.mark.parametrize(("raw", "said"), BY_CODE, ids=[raw for raw, _said in BY_CODE])
def test_the_shopper_is_told_what_stripe_would_have_them_do(raw: str, said: str) -> None:
    assert advice(read(raw).code, "card") == said


@pytest.mark.parametrize("raw", sorted(CODES))
def test_the_shopper_has_a_sentence_and_staff_one_with_stripes_own_word(raw: str) -> None:
    told = read(raw)

    assert told.code in SHOPPER
    assert told.code in ADVICE
    assert "You have not been charged." in str(for_shopper(told.code, "card"))
    assert str(STAFF[told.code]) in why(told.code, told.raw)
    assert raw in why(told.code, told.raw) or raw == told.code


def test_each_code_of_the_sdk_that_is_about_a_card_is_known() -> None:
    theirs = {code for code in known_to_the_sdk() if OF_SHOPPERS.fullmatch(code)}

    assert len(theirs) > 20
    assert theirs - CODES.keys() == set()
