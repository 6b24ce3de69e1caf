"""The book's rows as JSON, in the words of docs/sandbox.md."""

from __future__ import annotations

from datetime import datetime, timedelta

from benchmarks.chaos.bank.book import Capture, Dispute, Payment, Refund

Json = dict[str, object]
EVIDENCE_WITHIN = timedelta(days=7)


def payment_told(payment: Payment, *, url: str, merchant: str) -> Json:
    wanted = payment.wanted
    waits = wanted.method == "qr" and payment.status == "requires_action"
    asked_by_issuer = payment.challenged and wanted.saved
    page = f"{url}/pay/{payment.page}/{'challenge/' if asked_by_issuer else ''}"
    card = {"brand": "Visa", "last4": "4242"}
    return {
        "id": payment.id,
        "object": "payment",
        "reference": wanted.reference,
        "merchant_id": merchant,
        "mode": "live" if payment.mistold else "test",
        "method": wanted.method,
        "status": payment.status,
        "amount": wanted.amount,
        "currency": wanted.currency,
        "description": wanted.description,
        "authorized": payment.authorized,
        "captured": payment.captured,
        "released": payment.released,
        "refunded": payment.refunded,
        "card": card if payment.authorized else None,
        "decline_code": payment.decline_code,
        "capture": "manual" if wanted.manual else "automatic",
        "capture_before": _at(payment.capture_before) if payment.status == "authorized" else None,
        "captures": [_capture(each, wanted.currency) for each in payment.captures],
        "refunds": [refund_told(payment, each) for each in payment.refunds],
        "disputes": [dispute_told(each, wanted.currency) for each in payment.disputes],
        "saved_card": {"id": payment.saved_card, **card} if payment.saved_card else None,
        "checkout_url": None if wanted.method == "qr" else page,
        "qr_content": page if waits else None,
        "return_url": wanted.return_url,
        "expires_at": _at(payment.expires),
        "created_at": _at(payment.created),
        "updated_at": _at(payment.created),
    }


def refund_told(payment: Payment, refund: Refund) -> Json:
    return {
        "id": refund.id,
        "object": "refund",
        "payment": payment.id,
        "reference": refund.reference,
        "amount": refund.amount,
        "currency": payment.wanted.currency,
        "status": refund.status,
        "failure_code": refund.failure_code,
        "reason": "",
        "created_at": _at(refund.created),
    }


def _capture(capture: Capture, currency: str) -> Json:
    return {
        "id": capture.id,
        "object": "capture",
        "reference": capture.reference,
        "amount": capture.amount,
        "currency": currency,
        "created_at": _at(capture.created),
    }


def dispute_told(dispute: Dispute, currency: str) -> Json:
    return {
        "id": dispute.id,
        "object": "dispute",
        "amount": dispute.amount,
        "currency": currency,
        "status": dispute.status,
        "reason": "fraudulent",
        "evidence_due_at": _at(dispute.opened + EVIDENCE_WITHIN),
        "evidence_at": _at(dispute.answered),
        "opened_at": _at(dispute.opened),
        "closed_at": _at(dispute.closed),
    }


def _at(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
