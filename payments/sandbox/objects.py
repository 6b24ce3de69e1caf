"""The objects of the wire, as answers and events show them."""

import json
from datetime import UTC, datetime

from payments.sandbox.models import (
    Capture,
    Dispute,
    Event,
    Merchant,
    Method,
    Payment,
    Refund,
    SavedCard,
)
from payments.sandbox.scenarios import Disputes, Refunds

MODE = "test"


def encoded(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def moment(at: datetime | None) -> str | None:
    if at is None:
        return None
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def merchant_object(merchant: Merchant) -> dict[str, object]:
    return {
        "merchant_id": merchant.public_id,
        "name": merchant.name,
        "webhook_url": merchant.webhook_url,
        "mode": MODE,
        "fee_basis_points": merchant.fee_basis_points,
        "fee_fixed": merchant.fee_fixed,
        "dispute_fee": merchant.dispute_fee,
        "report_faults": merchant.report_faults,
    }


def payment_object(payment: Payment) -> dict[str, object]:
    """Show a payment with its captures, refunds and disputes."""
    card = {"brand": payment.card_brand, "last4": payment.card_last4}
    plays = payment.plays
    # What cannot have captures, refunds or disputes is not worth the question.
    taken = payment.captured and payment.hold is not None
    captures = payment.captures.order_by("pk") if taken else []
    given_back = payment.refunded or plays.refunds is not Refunds.SUCCEED
    refunds = payment.refunds.order_by("pk") if given_back else []
    disputes = payment.disputes.order_by("pk") if plays.disputes is not Disputes.NEVER else []
    return {
        "id": payment.public_id,
        "object": "payment",
        "reference": payment.reference,
        "merchant_id": payment.merchant.public_id,
        "mode": payment.mode,
        "method": payment.method,
        "status": payment.status,
        "amount": payment.amount,
        "currency": payment.currency,
        "description": payment.description,
        "authorized": payment.authorized,
        "captured": payment.captured,
        "released": payment.released,
        "refunded": payment.refunded,
        "card": card if payment.card_last4 else None,
        "decline_code": payment.decline_code or None,
        "capture": "automatic" if payment.hold is None else "manual",
        "capture_before": moment(payment.capture_before) if payment.is_held else None,
        "captures": [capture_object(capture, payment) for capture in captures],
        "refunds": [refund_object(refund, payment) for refund in refunds],
        "disputes": [dispute_object(dispute, payment) for dispute in disputes],
        "saved_card": saved_card_object(payment.saved_card) if payment.saved_card else None,
        "checkout_url": checkout_url(payment),
        "qr_content": scan_url(payment) if payment.is_open else None,
        "return_url": payment.return_url,
        "expires_at": moment(payment.expires_at),
        "created_at": moment(payment.created_at),
        "updated_at": moment(payment.updated_at),
    }


def checkout_url(payment: Payment) -> str | None:
    """The page where the shopper goes on; who scans a code has none."""
    if payment.method == Method.QR:
        return None
    page = f"{payment.base_url}/pay/{payment.checkout_token}/"
    asks_issuer = payment.charged_card_id is not None and payment.plays.challenged
    return f"{page}challenge/" if asks_issuer else page


def scan_url(payment: Payment) -> str | None:
    if payment.method != Method.QR:
        return None
    return f"{payment.base_url}/scan/{payment.checkout_token}/"


def saved_card_object(card: SavedCard) -> dict[str, object]:
    return {"id": card.public_id, "brand": card.brand, "last4": card.last4}


def capture_object(capture: Capture, payment: Payment) -> dict[str, object]:
    return {
        "id": capture.public_id,
        "object": "capture",
        "reference": capture.reference,
        "amount": capture.amount,
        "currency": payment.currency,
        "created_at": moment(capture.created_at),
    }


def dispute_object(dispute: Dispute, payment: Payment) -> dict[str, object]:
    return {
        "id": dispute.public_id,
        "object": "dispute",
        "amount": dispute.amount,
        "currency": payment.currency,
        "status": dispute.status,
        "reason": dispute.reason,
        "evidence_due_at": moment(dispute.evidence_due_at),
        "evidence_at": moment(dispute.evidence_at),
        "opened_at": moment(dispute.opened_at),
        "closed_at": moment(dispute.closed_at),
    }


def refund_object(refund: Refund, payment: Payment) -> dict[str, object]:
    return {
        "id": refund.public_id,
        "object": "refund",
        "payment": payment.public_id,
        "reference": refund.reference,
        "amount": refund.amount,
        "currency": payment.currency,
        "status": refund.status,
        "failure_code": refund.failure_code or None,
        "reason": refund.reason,
        "created_at": moment(refund.created_at),
    }


def delivery_object(event: Event) -> dict[str, object]:
    return {
        "id": event.public_id,
        "object": "delivery",
        "type": event.type,
        "payment": event.payment.public_id,
        "created": moment(event.created_at),
        "tries": event.tries,
        "last_result": event.last_result,
        "delivered_at": moment(event.delivered_at),
        "next_try_at": moment(event.next_try_at),
    }
