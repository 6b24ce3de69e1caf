"""The signature of a webhook."""

import hashlib
import hmac

HEADER = "Sandbox-Signature"


def signature(*, secret: str, body: bytes, at: int) -> str:
    """Build the header's value for a body sent at that Unix time."""
    signed = f"{at}.".encode() + body
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"
