"""The test cards of the hosted page, and those that make trouble."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from payments.sandbox.instruments import Instrument
from payments.sandbox.scenarios import SCENARIOS


def _visa(name: str, last4: str, says: Promise) -> Instrument:
    return Instrument(f"tok_{name}", "card", "Visa", last4, says, SCENARIOS[name])


def _mastercard(name: str, last4: str, says: Promise) -> Instrument:
    return Instrument(f"tok_{name}", "card", "Mastercard", last4, says, SCENARIOS[name])


APPROVED_MASTERCARD = Instrument(
    "tok_approve_mastercard", "card", "Mastercard", "4444", _("approves"), SCENARIOS["approve"]
)
CARDS = (
    _visa("approve", "4242", _("approves")),
    APPROVED_MASTERCARD,
    _visa("decline_generic", "0002", _("declined, no reason given")),
    _visa("decline_insufficient_funds", "9995", _("declined: insufficient funds")),
    _visa("decline_expired_card", "0069", _("declined: card has expired")),
    _visa("decline_incorrect_cvc", "0127", _("declined: wrong security code")),
    _visa("decline_lost_card", "9987", _("declined: reported lost")),
    _visa("decline_stolen_card", "9979", _("declined: reported stolen")),
    _mastercard("decline_do_not_honor", "5126", _("declined: do not honour")),
    _mastercard("decline_limit_exceeded", "6975", _("declined: over the card limit")),
    _mastercard("decline_processing_error", "0119", _("declined: processing error")),
    _visa("3ds", "3155", _("its issuer asks you, then approves")),
    _mastercard("3ds_declined_after", "3178", _("its issuer asks you, then declined")),
)
TROUBLESOME_CARDS = (
    _visa("timeout_captured", "5040", _("charged, but the page times out")),
    _visa("webhook_lost", "6001", _("the shop is never told")),
    _visa("webhook_repeated", "6002", _("the shop is told three times")),
    _visa("webhook_reordered", "6003", _("the shop is told in the wrong order")),
    _visa("webhook_late", "6004", _("the shop is told a minute late")),
    _visa("late_success_after_void", "6105", _("charged later, even when it was voided")),
    _visa("partial_capture", "6206", _("only half is charged")),
    _visa("wrong_amount", "6207", _("a little too little is charged")),
    _visa("wrong_mode", "6208", _("charged, and said to be real money")),
    _visa("refund_pending", "7301", _("refunds take their time")),
    _visa("refund_pending_then_failed", "7302", _("refunds take their time and fail")),
    _visa("refund_fails_later", "7303", _("refunds succeed and fail later")),
    _visa("dispute_opened", "8401", _("disputed later")),
    _visa("dispute_won", "8402", _("disputed later, the shop wins")),
    _visa("dispute_lost", "8403", _("disputed later, the shop loses")),
    _visa("saved_declines", "9509", _("saved, it is declined the next time")),
    _visa("hold_lapses", "8501", _("held for the shop, but not for long")),
    _visa("capture_fails", "8502", _("held for the shop, which cannot take it")),
    _visa("capture_times_out", "8503", _("held, and taken without an answer to the shop")),
)
