"""Webhooks as the sandbox bank writes and signs them (docs/sandbox.md)."""

import hashlib
import hmac
import json
import secrets
import time
from dataclasses import dataclass

from benchmarks.bench.wire import request


@dataclass(frozen=True, slots=True)
class Hook:
    """Where the bank's events go to and what signs them."""

    port: int
    path: str
    secret: str
    merchant_id: str

    def event(
        self,
        *,
        event_id: str = "",
        our_ref: str = "",
        amount: int = 1000,
        status: str = "captured",
    ) -> bytes:
        """The body of a payment's event; ids are drawn where none is given."""
        captured = amount if status == "captured" else 0
        payment = {
            "id": f"pay_{our_ref or secrets.token_hex(8)}",
            "object": "payment",
            "reference": our_ref or f"A{secrets.token_hex(8).upper()}",
            "merchant_id": self.merchant_id,
            "mode": "test",
            "method": "card",
            "status": status,
            "amount": amount,
            "currency": "GBP",
            "description": "",
            "authorized": captured,
            "captured": captured,
            "released": 0,
            "refunded": 0,
            "card": {"brand": "visa", "last4": "4242"},
            "decline_code": None,
            "refunds": [],
            "disputes": [],
            "saved_card": None,
            "checkout_url": "http://127.0.0.1/pay/",
            "return_url": "http://127.0.0.1/",
            "created_at": "2026-11-22T09:00:00.000000Z",
            "updated_at": "2026-11-22T09:00:01.000000Z",
        }
        told = {
            "id": event_id or f"evt_{secrets.token_hex(12)}",
            "object": "event",
            "type": f"payment.{status}",
            "created": "2026-11-22T09:00:01.000000Z",
            "merchant_id": self.merchant_id,
            "mode": "test",
            "data": payment,
        }
        return json.dumps(told, separators=(",", ":")).encode()

    def signature(self, body: bytes) -> str:
        at = int(time.time())
        digest = hmac.new(self.secret.encode(), f"{at}.".encode() + body, hashlib.sha256)
        return f"t={at},v1={digest.hexdigest()}"

    def post(self, body: bytes, signature: str) -> bytes:
        """The whole request, as the bank sends it."""
        head = f"Content-Type: application/json\r\nSandbox-Signature: {signature}\r\n"
        return request("POST", self.path, self.port, head=head, body=body)
