"""The sandbox bank's words in ours. Its amounts are minor units already."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from orders.money import Money
from payments.providers.base import (
    DisputeSeen,
    DisputeStatus,
    Failure,
    NextAction,
    Outcome,
    ProviderObject,
    QrCode,
    Redirect,
    RefundSeen,
    RefundStatus,
    SavedMethodSeen,
    Status,
)

LARGEST: Final = 2**63
LONGEST: Final = 80
STATUSES: Final = {
    "requires_action": Status.REQUIRES_ACTION,
    "processing": Status.PROCESSING,
    "authorized": Status.AUTHORIZED,
    "captured": Status.CAPTURED,
    "declined": Status.DECLINED,
    "cancelled": Status.VOIDED,
    "expired": Status.EXPIRED,
}
REFUND_STATUSES: Final = {
    "pending": RefundStatus.PENDING,
    "succeeded": RefundStatus.SUCCEEDED,
    "failed": RefundStatus.FAILED,
}
DECLINES: Final = {
    "generic_decline": "declined",
    "do_not_honor": "declined",
    "insufficient_funds": "insufficient_funds",
    "expired_card": "expired_card",
    "incorrect_cvc": "incorrect_cvc",
    "lost_card": "lost_card",
    "stolen_card": "lost_card",
    "limit_exceeded": "limit_exceeded",
    "processing_error": "processing_error",
    "authentication_failed": "authentication_failed",
    "wallet_declined": "wallet_declined",
    "debit_returned": "debit_returned",
    "account_closed": "account_closed",
}
ENDS: Final = {"cancelled": "cancelled", "expired": "expired"}
"""Ends without a decline, and our word for each; the end of a hold is no failure to pay."""
REFUSALS: Final = {
    "missing_parameter": "provider_refused",
    "unknown_parameter": "provider_refused",
    "invalid_parameter": "provider_refused",
    "payment_not_captured": "provider_refused",
    "payment_not_authorized": "provider_refused",
    "capture_refused": "provider_refused",
    "payment_captured": "provider_refused",
    "payment_processing": "provider_refused",
    "saved_card_gone": "saved_card_gone",
    "amount_too_large": "amount_too_large",
}
"""Answers that settle a request: it was not done and never will be."""


def read_payment(told: dict[str, Any]) -> Outcome:
    """A payment object as an Outcome; raises KeyError or ValueError on one that is not."""
    currency = told["currency"]
    card = told.get("card") or {}
    return Outcome(
        status=STATUSES[told["status"]],
        our_ref=text(told, "reference"),
        amount=Money(whole(told, "amount"), currency),
        authorized=whole(told, "authorized"),
        captured=whole(told, "captured"),
        released=whole(told, "released"),
        capture_before=moment(told.get("capture_before")),
        refunded=whole(told, "refunded"),
        refunds=tuple(read_refund(refund, currency) for refund in told["refunds"]),
        disputes=tuple(read_dispute(dispute, currency) for dispute in told["disputes"]),
        saved_method=_saved(told.get("saved_card")),
        objects=_objects(told),
        next_action=_next_action(told),
        error=_decline(told),
        mode=told["mode"],
        merchant_id=told["merchant_id"],
        evidence={name: str(card[name]) for name in ("brand", "last4") if name in card},
    )


def read_found(told: dict[str, Any]) -> Outcome:
    """The one payment of a search by reference."""
    (payment,) = told["data"]
    return read_payment(payment)


def whole(told: dict[str, Any], name: str) -> int:
    """An amount in minor units that a database can hold; raises ValueError on anything else."""
    value = told[name]
    if type(value) is not int or not 0 <= value < LARGEST:
        raise ValueError(f"{name} is not an amount")
    return value


def text(told: dict[str, Any], name: str) -> str:
    """A short word such as an id; raises ValueError on anything else."""
    value = told[name]
    if not isinstance(value, str) or len(value) > LONGEST or not value.isprintable():
        raise ValueError(f"{name} is not a short text")
    return value


def read_refund(told: dict[str, Any], currency: str) -> RefundSeen:
    code = told.get("failure_code") or ""
    return RefundSeen(
        provider_id=text(told, "id"),
        our_ref=text(told, "reference"),
        amount=Money(whole(told, "amount"), currency),
        status=REFUND_STATUSES[told["status"]],
        error=Failure(DECLINES.get(code, "declined"), code) if code else None,
    )


def read_dispute(told: dict[str, Any], currency: str) -> DisputeSeen:
    return DisputeSeen(
        provider_id=text(told, "id"),
        amount=Money(whole(told, "amount"), currency),
        status=DisputeStatus(told["status"]),
        reason=text(told, "reason"),
        evidence_due_at=moment(told.get("evidence_due_at")),
    )


def moment(told: object) -> datetime | None:
    """A time of the bank's, in UTC; raises ValueError on anything but that or nothing."""
    if told is None:
        return None
    at = datetime.fromisoformat(str(told))
    if at.tzinfo is None:
        raise ValueError("a time without its zone")
    return at


def _objects(told: dict[str, Any]) -> tuple[ProviderObject, ...]:
    captures = [ProviderObject("capture", text(each, "id")) for each in told.get("captures") or ()]
    return (ProviderObject("payment", text(told, "id")), *captures)


def _saved(told: dict[str, Any] | None) -> SavedMethodSeen | None:
    if not told:
        return None
    return SavedMethodSeen(text(told, "id"), text(told, "brand"), text(told, "last4"))


def _next_action(told: dict[str, Any]) -> NextAction:
    if told["status"] != "requires_action":
        return None
    ends = moment(told.get("expires_at"))
    if told.get("qr_content"):
        return QrCode(told["qr_content"], ends)
    return Redirect(told["checkout_url"], ends) if told.get("checkout_url") else None


def refund_outcome(told: dict[str, Any]) -> Outcome:
    """The answer to a refund: that one refund of a captured payment."""
    return Outcome(status=Status.CAPTURED, refunds=(read_refund(told, told["currency"]),))


def _decline(told: dict[str, Any]) -> Failure | None:
    if told["status"] in ENDS and not told["authorized"]:
        return Failure(ENDS[told["status"]], told["status"])
    code = told.get("decline_code")
    if not code:
        return None
    return Failure(DECLINES.get(code, "declined"), code)
