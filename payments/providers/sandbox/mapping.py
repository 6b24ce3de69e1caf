"""The sandbox bank's words in ours. Its amounts are minor units already."""

from __future__ import annotations

from typing import Final

from payments.providers.actions import NextAction, QrCode, Redirect
from payments.providers.base import (
    CaptureSeen,
    CardSeen,
    DisputeSeen,
    DisputeStatus,
    Failure,
    Outcome,
    ProviderObject,
    RefundSeen,
    RefundStatus,
    SavedMethodSeen,
    Status,
)
from payments.providers.errors import BadAnswer
from payments.providers.told import Told

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
DISPUTE_STATUSES: Final = {status.value: status for status in DisputeStatus}
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
    "dispute_decided": "dispute_decided",
    "evidence_late": "evidence_late",
    "evidence_taken": "evidence_taken",
}
"""Answers that settle a request: it was not done and never will be."""


def read_payment(payment: Told) -> Outcome:
    """A payment object as an Outcome; raises BadAnswer on one that is not."""
    currency = payment.currency("currency")
    card = payment.maybe_row("card")
    return Outcome(
        status=payment.one_of("status", STATUSES),
        our_ref=payment.text("reference"),
        amount=payment.money("amount", currency),
        authorized=payment.whole("authorized"),
        captured=payment.whole("captured"),
        released=payment.whole("released"),
        capture_before=payment.maybe_moment("capture_before"),
        refunded=payment.whole("refunded"),
        captures=tuple(_capture(capture, currency) for capture in payment.maybe_rows("captures")),
        refunds=tuple(read_refund(refund, currency) for refund in payment.rows("refunds")),
        disputes=tuple(_dispute(dispute, currency) for dispute in payment.rows("disputes")),
        card=CardSeen(card.maybe_text("brand"), card.maybe_text("last4")) if card else None,
        saved_method=_saved(payment.maybe_row("saved_card")),
        objects=_objects(payment),
        next_action=_next_action(payment),
        error=_decline(payment),
        mode=payment.text("mode"),
        merchant_id=payment.text("merchant_id"),
        evidence={name: card.maybe_text(name) for name in ("brand", "last4")} if card else {},
    )


def read_found(found: Told) -> Outcome:
    """The one payment of a search by reference."""
    payments = found.rows("data")
    if len(payments) != 1:
        raise BadAnswer(f"{len(payments)} payments of one reference")
    return read_payment(payments[0])


def refund_outcome(refund: Told) -> Outcome:
    """The answer to a refund: that one refund of a captured payment."""
    seen = read_refund(refund, refund.currency("currency"))
    return Outcome(status=Status.CAPTURED, refunds=(seen,))


def evidence_outcome(dispute: Told) -> Outcome:
    """The answer to evidence: that one dispute of a captured payment."""
    seen = _dispute(dispute, dispute.currency("currency"))
    return Outcome(status=Status.CAPTURED, disputes=(seen,))


def _capture(capture: Told, currency: str) -> CaptureSeen:
    money = capture.money("amount", currency)
    return CaptureSeen(capture.name("id"), capture.text("reference"), money)


def read_refund(refund: Told, currency: str) -> RefundSeen:
    code = refund.maybe_text("failure_code")
    return RefundSeen(
        provider_id=refund.name("id"),
        our_ref=refund.text("reference"),
        amount=refund.money("amount", currency),
        status=refund.one_of("status", REFUND_STATUSES),
        error=Failure(DECLINES.get(code, "declined"), code) if code else None,
    )


def _dispute(dispute: Told, currency: str) -> DisputeSeen:
    return DisputeSeen(
        provider_id=dispute.name("id"),
        amount=dispute.money("amount", currency),
        status=dispute.one_of("status", DISPUTE_STATUSES),
        reason=dispute.text("reason"),
        evidence_due_at=dispute.maybe_moment("evidence_due_at"),
    )


def _objects(payment: Told) -> tuple[ProviderObject, ...]:
    captures = payment.maybe_rows("captures")
    named = [ProviderObject("capture", capture.text("id")) for capture in captures]
    return (ProviderObject("payment", payment.text("id")), *named)


def _saved(card: Told | None) -> SavedMethodSeen | None:
    if card is None:
        return None
    return SavedMethodSeen(card.text("id"), card.text("brand"), card.text("last4"))


def _next_action(payment: Told) -> NextAction:
    if payment.one_of("status", STATUSES) != Status.REQUIRES_ACTION:
        return None
    ends = payment.maybe_moment("expires_at")
    if code := payment.maybe_url("qr_content"):
        return QrCode(code, ends)
    url = payment.maybe_url("checkout_url")
    return Redirect(url, ends) if url else None


def _decline(payment: Told) -> Failure | None:
    status = payment.text("status")
    if status in ENDS and not payment.whole("authorized"):
        return Failure(ENDS[status], status)
    code = payment.maybe_text("decline_code")
    return Failure(DECLINES.get(code, "declined"), code) if code else None
