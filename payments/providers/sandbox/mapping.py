"""The sandbox bank's words in ours. Its amounts are minor units already."""

from __future__ import annotations

from typing import Any, Final

from orders.money import Money
from payments.providers.base import (
    Failure,
    Outcome,
    ProviderObject,
    Redirect,
    RefundSeen,
    RefundStatus,
    Retry,
    Status,
)

STATUSES: Final = {
    "requires_action": Status.REQUIRES_ACTION,
    "captured": Status.CAPTURED,
    "declined": Status.DECLINED,
    "cancelled": Status.DECLINED,
    "voided": Status.VOIDED,
}
REFUND_STATUSES: Final = {
    "pending": RefundStatus.PENDING,
    "succeeded": RefundStatus.SUCCEEDED,
    "failed": RefundStatus.FAILED,
}
ERROR_CODES: Final = {
    "generic_decline": "declined",
    "do_not_honor": "declined",
    "insufficient_funds": "insufficient_funds",
    "expired_card": "expired_card",
    "incorrect_cvc": "incorrect_cvc",
    "lost_card": "lost_card",
    "stolen_card": "lost_card",
    "cancelled": "cancelled",
    "amount_too_large": "amount_too_large",
}


def read_payment(told: dict[str, Any]) -> Outcome:
    """A payment object as an Outcome; raises KeyError or ValueError on one that is not."""
    currency = told["currency"]
    url = told.get("checkout_url")
    card = told.get("card") or {}
    return Outcome(
        status=STATUSES[told["status"]],
        our_ref=told["reference"],
        amount=Money(told["amount"], currency),
        authorized=int(told["authorized"]),
        captured=int(told["captured"]),
        released=int(told["released"]),
        refunds=tuple(read_refund(refund, currency) for refund in told["refunds"]),
        objects=(ProviderObject("payment", told["id"]),),
        next_action=Redirect(url) if url and told["status"] == "requires_action" else None,
        error=_decline(told),
        mode=told["mode"],
        merchant_id=told["merchant_id"],
        evidence={name: str(card[name]) for name in ("brand", "last4") if name in card},
    )


def read_refund(told: dict[str, Any], currency: str) -> RefundSeen:
    code = told.get("failure_code") or ""
    return RefundSeen(
        provider_id=told["id"],
        our_ref=told["reference"],
        amount=Money(told["amount"], currency),
        status=REFUND_STATUSES[told["status"]],
        error=Failure(ERROR_CODES.get(code, "declined"), code) if code else None,
    )


def _decline(told: dict[str, Any]) -> Failure | None:
    if told["status"] == "cancelled":
        return Failure("cancelled", "cancelled")
    code = told.get("decline_code")
    if not code:
        return None
    return Failure(ERROR_CODES.get(code, "declined"), code, Retry.OTHER_PROVIDER)
