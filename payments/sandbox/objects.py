"""The objects of the wire, as answers and events show them."""

import json
from datetime import UTC, datetime

from payments.sandbox.models import Event, Merchant, Payment, Refund

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
    }


def payment_object(payment: Payment, base_url: str) -> dict[str, object]:
    """Show a payment with its refunds; `base_url` is where the caller reached the bank."""
    card = {"brand": payment.card_brand, "last4": payment.card_last4}
    # An unpaid payment has no refunds: the question is not worth a query.
    refunds = payment.refunds.order_by("pk") if payment.refunded else []
    return {
        "id": payment.public_id,
        "object": "payment",
        "reference": payment.reference,
        "merchant_id": payment.merchant.public_id,
        "mode": MODE,
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
        "refunds": [refund_object(refund, payment) for refund in refunds],
        "checkout_url": f"{base_url}/pay/{payment.checkout_token}/",
        "return_url": payment.return_url,
        "created_at": moment(payment.created_at),
        "updated_at": moment(payment.updated_at),
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
