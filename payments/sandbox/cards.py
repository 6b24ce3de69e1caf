"""The test cards: each token names a card and decides what happens to it."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class TestCard:
    """One card of the hosted page; without a decline code it is approved."""

    __test__ = False  # pytest would take the name for a class of tests

    token: str
    brand: str
    last4: str
    says: Promise
    decline_code: str = ""

    @property
    def style(self) -> str:
        return self.brand.lower()

    @property
    def mark(self) -> str:
        """What fits on a card the size of a stamp."""
        return {"Mastercard": "MC"}.get(self.brand, self.brand)


CARDS = (
    TestCard("tok_approve", "Visa", "4242", _("approves")),
    TestCard("tok_approve_mastercard", "Mastercard", "4444", _("approves")),
    TestCard(
        "tok_decline_generic", "Visa", "0002", _("declined, no reason given"), "generic_decline"
    ),
    TestCard(
        "tok_decline_insufficient_funds",
        "Visa",
        "9995",
        _("declined: insufficient funds"),
        "insufficient_funds",
    ),
    TestCard(
        "tok_decline_expired_card", "Visa", "0069", _("declined: card has expired"), "expired_card"
    ),
    TestCard(
        "tok_decline_incorrect_cvc",
        "Visa",
        "0127",
        _("declined: wrong security code"),
        "incorrect_cvc",
    ),
    TestCard("tok_decline_lost_card", "Visa", "9987", _("declined: reported lost"), "lost_card"),
    TestCard(
        "tok_decline_stolen_card", "Visa", "9979", _("declined: reported stolen"), "stolen_card"
    ),
    TestCard(
        "tok_decline_do_not_honor",
        "Mastercard",
        "5126",
        _("declined: do not honour"),
        "do_not_honor",
    ),
    TestCard(
        "tok_decline_limit_exceeded",
        "Mastercard",
        "6975",
        _("declined: over the card limit"),
        "limit_exceeded",
    ),
    TestCard(
        "tok_decline_processing_error",
        "Mastercard",
        "0119",
        _("declined: processing error"),
        "processing_error",
    ),
)
BY_TOKEN = {card.token: card for card in CARDS}
