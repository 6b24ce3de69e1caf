"""One sentence for the shopper and one for staff, by our code of what went wrong."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_REFUSED: Final = _("The payment service refused this payment. You have not been charged.")
SHOPPER: Final[dict[str, StrOrPromise]] = {
    "declined": _("Your bank declined this card. You have not been charged."),
    "insufficient_funds": _("There is not enough money on this card. You have not been charged."),
    "expired_card": _("This card has expired. You have not been charged."),
    "incorrect_cvc": _("The security code was not right. You have not been charged."),
    "lost_card": _("Your bank declined this card. You have not been charged."),
    "ask_your_bank": _("Your bank does not allow this payment. You have not been charged."),
    "incorrect_number": _("The card number was not right. You have not been charged."),
    "incorrect_expiry": _("The expiry date was not right. You have not been charged."),
    "incorrect_address": _(
        "The address is not the one that your bank knows. You have not been charged."
    ),
    "amount_refused": _("This way to pay does not take this amount. You have not been charged."),
    "limit_exceeded": _("This is over the limit of this card. You have not been charged."),
    "processing_error": _("Your bank could not process this card. You have not been charged."),
    "authentication_failed": _(
        "Your bank could not confirm that it was you. You have not been charged."
    ),
    "wallet_declined": _("Your wallet declined this payment. You have not been charged."),
    "debit_returned": _("Your bank did not carry out this payment. You have not been charged."),
    "saved_card_gone": _(
        "This saved card is no longer there. Please choose another way. You have not been charged."
    ),
    "expired": _("The time to pay ran out before you had paid. You have not been charged."),
    "cancelled": _("You left the payment page before paying. You have not been charged."),
    "not_sent": _("We could not reach the payment service. You have not been charged."),
    "provider_down": _("We could not reach the payment service. You have not been charged."),
    "provider_refused": _REFUSED,
    "amount_differs": _REFUSED,
}

WITHOUT_CARD: Final[dict[str, StrOrPromise]] = {
    "declined": _("This payment was declined. You have not been charged."),
    "insufficient_funds": _(
        "There is not enough money for this payment. You have not been charged."
    ),
    "lost_card": _("This payment was declined. You have not been charged."),
    "limit_exceeded": _("This payment is over your limit. You have not been charged."),
    "processing_error": _("Your bank could not process this payment. You have not been charged."),
}
"""The same where the shopper pays by QR code, wallet or bank account."""

_ANOTHER: Final = _("Please try another card or another way to pay.")
_ANOTHER_WAY: Final = _("Please try another way to pay.")
_ASK: Final = _("Please ask your bank, or try another way to pay.")
_AGAIN: Final = _("Please try again in a moment, or another way to pay.")
_CHECK: Final = _("Please check what you type, and try again.")
ADVICE: Final[dict[str, StrOrPromise]] = {
    "declined": _ANOTHER,
    "insufficient_funds": _ANOTHER,
    "expired_card": _ANOTHER,
    "lost_card": _ANOTHER,
    "limit_exceeded": _ANOTHER,
    "saved_card_gone": "",
    "incorrect_cvc": _CHECK,
    "incorrect_number": _CHECK,
    "incorrect_expiry": _CHECK,
    "incorrect_address": _CHECK,
    "ask_your_bank": _ASK,
    "authentication_failed": _ASK,
    "debit_returned": _ASK,
    "processing_error": _AGAIN,
    "not_sent": _AGAIN,
    "provider_down": _AGAIN,
    "wallet_declined": _ANOTHER_WAY,
    "amount_refused": _ANOTHER_WAY,
    "provider_refused": _ANOTHER_WAY,
    "amount_differs": _ANOTHER_WAY,
    "expired": "",
    "cancelled": "",
}
"""What the shopper can do; "" where the sentence says it, or nothing went wrong."""

STAFF: Final[dict[str, StrOrPromise]] = {
    "declined": _("declined by the card's bank, without a reason"),
    "insufficient_funds": _("declined: insufficient funds"),
    "expired_card": _("declined: expired card"),
    "incorrect_cvc": _("declined: wrong security code"),
    "lost_card": _("declined: card reported lost or stolen"),
    "ask_your_bank": _("declined by the card's bank, which tells only the card's owner why"),
    "incorrect_number": _("declined: wrong card number"),
    "incorrect_expiry": _("declined: wrong expiry date"),
    "incorrect_address": _("declined: the card's bank knows another address"),
    "amount_refused": _("the provider does not take this amount, or not in this currency"),
    "amount_differs": _("the provider would have charged another amount, so nobody was sent there"),
    "limit_exceeded": _("declined: over the card's limit"),
    "processing_error": _("declined: the bank could not process it"),
    "authentication_failed": _("declined: 3-D Secure failed"),
    "wallet_declined": _("declined by the wallet"),
    "debit_returned": _("the bank returned the debit"),
    "saved_card_gone": _("the provider no longer has this saved card"),
    "capture_refused": _("the provider refused the capture"),
    "hold_gone": _("nothing is held any more: it lapsed or was released"),
    "disputed": _("not sent: the shopper claims this money back through the bank"),
    "payment_gone": _("the provider does not know this payment, or not any more"),
    "booked_before": _("made, and booked already as a refund made at the provider's own site"),
    "mismatch": _("the provider names another account, mode, currency or reference"),
    "account_closed": _("the account that should get the money is closed"),
    "card_reported": _("the card that should get the money was reported lost or stolen"),
    "expired": _("ran out at the provider before it was paid"),
    "cancelled": _("cancelled at the provider before it was paid"),
    "not_sent": _("never reached the provider"),
    "provider_down": _("the provider could not be reached"),
    "provider_refused": _("the provider refused our request"),
    "amount_too_large": _("the provider says: more than can be refunded"),
    "dispute_decided": _("the provider says: the dispute is decided already"),
    "evidence_late": _("the provider says: the time for evidence is over"),
    "evidence_taken": _("the provider says: it was answered before"),
    "became_claim": _("not sent: it became a dispute before this was sent, so read it again"),
    "no_evidence": _("the provider takes evidence only at its own site"),
    "no_answer": _("the provider gave no answer"),
}


DISPUTES: Final[dict[str, StrOrPromise]] = {
    "fraudulent": _("the shopper says that they did not pay this"),
    "unrecognized": _("the shopper does not recognise it"),
    "product_not_received": _("the shopper says that nothing arrived"),
    "product_unacceptable": _("the shopper says that it was not as described"),
    "credit_not_processed": _("the shopper waits for a refund"),
    "subscription_canceled": _("the shopper says that it was cancelled"),
    "duplicate": _("the shopper says that it was charged twice"),
    "general": _("the bank gives no reason"),
}


FRAMES: Final[tuple[tuple[re.Pattern[str], StrOrPromise], ...]] = tuple(
    (re.compile(shape), words)
    for shape, words in (
        (
            r"answered (?P<code>.+): the key lacks (?P<lacks>.+)",
            _("answered %(code)s: the key lacks %(lacks)s"),
        ),
        (r"answered (?P<code>\S+) again", _("answered %(code)s again")),
        (
            r"answered (?P<code>\S+), but not as Stripe does",
            _("answered %(code)s, but not as Stripe does"),
        ),
        (r"answered (?P<code>.+)", _("answered %(code)s")),
        (r"unknown reference (?P<ref>.+)", _("unknown reference %(ref)s")),
        (r"malformed answer: (?P<what>.+)", _("malformed answer: %(what)s")),
        (
            r"(?P<about>.+): the secret key is of the other mode",
            _("%(about)s: the secret key is of the other mode"),
        ),
        (r"no connection", _("no connection")),
        (r"no connection in time", _("no connection in time")),
        (r"no time left to send it", _("no time left to send it")),
        (r"the answer is not JSON", _("the answer is not JSON")),
    )
)
"""What adapters say of a call that failed, around the provider's own codes."""


def for_shopper(code: str, method: str) -> StrOrPromise:
    """Speaks of a card only where one was paid with; a code nobody knows is a plain decline."""
    known = SHOPPER if method == "card" else SHOPPER | WITHOUT_CARD
    return known.get(code, WITHOUT_CARD["declined"])


def advice(code: str, method: str) -> StrOrPromise:
    """What the shopper can do now; "" where there is nothing to say of it."""
    said = ADVICE.get(code, _ANOTHER)
    return _ANOTHER_WAY if said is _ANOTHER and method != "card" else said


def told_shopper(code: str, method: str) -> str:
    """The two in one: what went wrong, and what to do; "" where nothing went wrong."""
    return f"{for_shopper(code, method)} {advice(code, method)}".strip() if code else ""


def for_staff(code: str) -> StrOrPromise:
    return STAFF.get(code) or DISPUTES.get(code, code)


def in_words(said: str) -> str:
    """An adapter's words in the active language; codes and what nobody knows stay as they are."""
    for shape, words in FRAMES:
        if found := shape.fullmatch(said):
            return str(words) % found.groupdict()
    return said


def why(code: str, raw: str) -> str:
    """Our words for staff, and the provider's own where they say more."""
    if not code:
        return ""
    return f"{for_staff(code)} ({in_words(raw)})" if raw and raw != code else str(for_staff(code))
