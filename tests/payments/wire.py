"""Bodies and signatures as the sandbox bank sends them, written from docs/sandbox.md."""

from __future__ import annotations

import hashlib
import hmac
import itertools
from typing import Any

from payments.models import Attempt

_ids = itertools.count(1)


def a_payment_body(attempt: Attempt, **facts: Any) -> dict[str, Any]:
    body = {
        "id": f"pay_{attempt.our_ref}",
        "reference": attempt.our_ref,
        "status": "captured",
        "amount": attempt.amount,
        "currency": attempt.payment.currency,
        "authorized": attempt.amount,
        "captured": attempt.amount,
        "released": 0,
        "refunded": 0,
        "refunds": [],
        "disputes": [],
        "checkout_url": "http://127.0.0.1:9/pay/x/",
        "decline_code": None,
        "card": {"brand": "Visa", "last4": "4242"},
        "mode": "test",
        "merchant_id": attempt.account.merchant_id,
        "created_at": "2026-01-01T00:00:00Z",
    }
    return body | facts


def a_captured_body(attempt: Attempt) -> dict[str, Any]:
    return {
        "id": f"evt_{attempt.our_ref}",
        "type": "payment.captured",
        "created": "2026-01-01T00:00:00Z",
        "merchant_id": attempt.account.merchant_id,
        "mode": "test",
        "data": a_payment_body(attempt),
    }


def signed(body: bytes, *, secret: str, at: float) -> dict[str, str]:
    """The header of a webhook sent at a Unix time."""
    stamp = str(int(at))
    digest = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return {"Sandbox-Signature": f"t={stamp},v1={digest}"}
