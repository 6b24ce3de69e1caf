"""Why a payment was declined: Stripe's words in ours.

https://docs.stripe.com/declines/codes
"""

from __future__ import annotations

from typing import Final

from payments.providers.base import Failure
from payments.providers.told import Told

ASK_YOUR_BANK: Final = """
    approve_with_id call_issuer card_not_supported currency_not_supported do_not_honor
    do_not_try_again invalid_account new_account_information_available no_action_taken
    not_permitted restricted_card revocation_of_all_authorizations revocation_of_authorization
    security_violation service_not_allowed stop_payment_order transaction_not_allowed
    mobile_device_authentication_required
"""
TRY_ANOTHER: Final = """
    fraudulent generic_decline lost_card merchant_blacklist pickup_card stolen_card
    testmode_decline highest_risk_level elevated_risk_level card_declined
    card_decline_rate_limit_exceeded payment_intent_payment_attempt_failed
    invalid_amount duplicate_transaction payment_method_provider_decline
"""
TRY_AGAIN: Final = """
    issuer_not_available payment_method_not_available processing_error reenter_transaction
    try_again_later
    payment_method_provider_timeout
"""
CODES: Final = {
    **dict.fromkeys(ASK_YOUR_BANK.split(), "ask_your_bank"),
    **dict.fromkeys(TRY_ANOTHER.split(), "declined"),
    **dict.fromkeys(TRY_AGAIN.split(), "processing_error"),
    "authentication_required": "authentication_failed",
    "authentication_failure": "authentication_failed",
    "authentication_not_handled": "authentication_failed",
    "payment_intent_authentication_failure": "authentication_failed",
    "setup_intent_authentication_failure": "authentication_failed",
    "online_or_offline_pin_required": "authentication_failed",
    "offline_pin_required": "authentication_failed",
    "card_velocity_exceeded": "limit_exceeded",
    "withdrawal_count_limit_exceeded": "limit_exceeded",
    "insufficient_funds": "insufficient_funds",
    "expired_card": "expired_card",
    "expired_payment_method": "expired_card",
    "incorrect_cvc": "incorrect_cvc",
    "invalid_cvc": "incorrect_cvc",
    "incorrect_number": "incorrect_number",
    "invalid_number": "incorrect_number",
    "incorrect_address": "incorrect_address",
    "incorrect_postal_code": "incorrect_address",
    "incorrect_zip": "incorrect_address",
    "postal_code_invalid": "incorrect_address",
    "invalid_expiry_month": "incorrect_expiry",
    "invalid_expiry_year": "incorrect_expiry",
    "incorrect_pin": "authentication_failed",
    "invalid_pin": "authentication_failed",
    "pin_try_exceeded": "ask_your_bank",
    "payment_method_customer_decline": "cancelled",
    "payment_intent_payment_attempt_expired": "expired",
}
"""By decline code, or by the error's code where it has none."""


UNCONFIRMED: Final = "payment_intent_authentication_failure"
"""Of a card its bank says so; of a wallet the shopper, who turned back in its app."""


def failure(error: Told) -> Failure:
    """Why, of an error of a card or another way to pay; a word that we do not know is a decline."""
    raw = error.maybe_text("decline_code") or error.maybe_text("code")
    tried = error.maybe_row("payment_method")
    if raw == UNCONFIRMED and tried and tried.text("type") != "card":
        return Failure("cancelled", raw)
    return Failure(CODES.get(raw, "declined"), raw)
