"""Stripe's test cards: what each does, by its number on a page or its name on the API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tests.fakes.stripe.errors import Json

# docs.stripe.com/testing


@dataclass(frozen=True, slots=True)
class Card:
    """`code` and `decline`: Stripe's error code and the issuer's reason, "" where it pays.

    `challenge`: "always", "unless saved" (asked once, then good without the shopper) or "".
    `refund`: "pending" or "fails"; `dispute`: the claim's reason, `inquiry` one without money.
    """

    number: str
    token: str
    brand: str = "visa"
    country: str = "US"
    funding: str = "credit"
    code: str = ""
    decline: str = ""
    challenge: str = ""
    refund: str = ""
    dispute: str = ""
    inquiry: bool = False
    at_once: bool = False
    """Its money is available at once."""


def _declined(number: str, token: str, decline: str, *, challenge: str = "") -> Card:
    return Card(number, token, code="card_declined", decline=decline, challenge=challenge)


CARDS: Final = (
    Card("4242424242424242", "pm_card_visa"),
    Card("4000056655665556", "pm_card_visa_debit", funding="debit"),
    Card("4000008260000000", "pm_card_gb", country="GB"),
    Card("4000002500000003", "pm_card_fr", country="FR"),
    Card("5555555555554444", "pm_card_mastercard", brand="mastercard"),
    Card("378282246310005", "pm_card_amex", brand="amex"),
    Card("6200000000000005", "pm_card_unionpay", brand="unionpay", country="CN"),
    _declined("4000000000000002", "pm_card_visa_chargeDeclined", "generic_decline"),
    _declined(
        "4000000000009995", "pm_card_visa_chargeDeclinedInsufficientFunds", "insufficient_funds"
    ),
    _declined("4000000000009987", "pm_card_visa_chargeDeclinedLostCard", "lost_card"),
    _declined("4000000000009979", "pm_card_visa_chargeDeclinedStolenCard", "stolen_card"),
    _declined(
        "4000000000006975",
        "pm_card_visa_chargeDeclinedVelocityLimitExceeded",
        "card_velocity_exceeded",
    ),
    _declined("4000000000000341", "pm_card_chargeCustomerFail", "generic_decline"),
    Card("4000000000000069", "pm_card_chargeDeclinedExpiredCard", code="expired_card"),
    Card("4000000000000127", "pm_card_chargeDeclinedIncorrectCvc", code="incorrect_cvc"),
    Card("4000000000000119", "pm_card_chargeDeclinedProcessingError", code="processing_error"),
    Card("4000002760003184", "pm_card_authenticationRequired", challenge="always"),
    Card("4000002500003155", "pm_card_authenticationRequiredOnSetup", challenge="unless saved"),
    Card("4000000000003220", "pm_card_threeDSecure2Required", challenge="always"),
    _declined(
        "4000008400001629",
        "pm_card_threeDSecureRequiredChargeDeclined",
        "generic_decline",
        challenge="always",
    ),
    _declined(
        "4000008260003178",
        "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds",
        "insufficient_funds",
        challenge="always",
    ),
    Card("4000000000000259", "pm_card_createDispute", dispute="fraudulent"),
    Card(
        "4000000000002685",
        "pm_card_createDisputeProductNotReceived",
        dispute="product_not_received",
    ),
    Card("4000000000001976", "pm_card_createDisputeInquiry", dispute="fraudulent", inquiry=True),
    Card("4000000000007726", "pm_card_pendingRefund", refund="pending"),
    Card("4000000000005126", "pm_card_refundFail", refund="fails"),
    Card("4000000000000077", "pm_card_bypassPending", at_once=True),
)
BY_NUMBER: Final = {card.number: card for card in CARDS}
_NAMED: Final = {card.token: card for card in CARDS}
BY_TOKEN: Final = _NAMED | {
    # other names of the same cards
    name.replace("_visa_", "_"): card
    for name, card in _NAMED.items()
    if name.startswith("pm_card_visa_chargeDeclined")
}
UNKNOWN: Final = _NAMED["pm_card_visa_chargeDeclined"]
"""What a number does that is well-formed and no test card's."""

SAID: Final = {
    "card_declined": "Your card was declined.",
    "insufficient_funds": "Your card has insufficient funds.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
    "incorrect_number": "Your card number is incorrect.",
    "authentication_required": "Your card was declined. This transaction requires authentication.",
    "payment_intent_authentication_failure": (
        "We are unable to authenticate your payment method. "
        "Please choose a different payment method and try again."
    ),
    "payment_intent_payment_attempt_expired": (
        "The latest payment attempt for this PaymentIntent has expired. Please try again."
    ),
}


def refusal(card: Card) -> Json:
    """What the error object tells of a card that does not pay."""
    said = SAID.get(card.decline) or SAID[card.code]
    told = {"type": "card_error", "code": card.code, "message": said}
    return told | ({"decline_code": card.decline} if card.decline else {})


def passes_luhn(number: str) -> bool:
    if not (number.isascii() and number.isdecimal() and len(number) >= 13):
        return False
    doubled = [int(each) * (1 + place % 2) for place, each in enumerate(reversed(number))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
