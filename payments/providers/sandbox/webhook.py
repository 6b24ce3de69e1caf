"""The sandbox bank's signature: `Sandbox-Signature: t=<unix>,v1=<hex HMAC-SHA256 of "t.body">`."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

from payments.providers.base import (
    Account,
    EventPage,
    ParsedWebhook,
    ProviderObject,
    RawRequest,
    Refused,
    Verdict,
    WebhookEvent,
)
from payments.providers.sandbox.mapping import read_payment, text

TOLERANCE_SECONDS = 300
HEADER = "sandbox-signature"


def parse_webhook(account: Account, raw: RawRequest, now: datetime) -> ParsedWebhook:
    """Check signature, freshness, merchant and mode over the raw bytes; then read the event."""
    if problem := _forged(account.secrets["webhook_secret"], raw):
        return _rejected(Refused.SIGNATURE, problem)
    if _is_stale(raw, now):
        return _rejected(Refused.STALE, "timestamp is stale")
    return _read(account, raw)


def _read(account: Account, raw: RawRequest) -> ParsedWebhook:
    try:
        told = json.loads(raw.body)
        event = read_event(told)
        merchant, mode = told["merchant_id"], told["mode"]
    except (KeyError, ValueError, TypeError, RecursionError) as error:
        return _rejected(Refused.MALFORMED, f"malformed body: {type(error).__name__}")
    if merchant != account.merchant_id:
        return _rejected(Refused.ACCOUNT, "it is about another merchant")
    if mode != account.mode:
        return _rejected(Refused.MODE, f"it is not of the mode {account.mode}")
    return ParsedWebhook(Verdict.VERIFIED, (event,), ack_body=b'{"received": true}')


def _rejected(refused: Refused, reason: str) -> ParsedWebhook:
    return ParsedWebhook(Verdict.REJECTED, refused=refused, reason=reason)


def read_event(told: dict[str, Any]) -> WebhookEvent:
    """One event of the bank with the payment it is about; raises KeyError or ValueError."""
    payment = told["data"]
    return WebhookEvent(
        event_id=text(told, "id"),
        kind=text(told, "type"),
        our_ref=text(payment, "reference"),
        objects=(ProviderObject("payment", text(payment, "id")),),
        outcome=read_payment(payment),
    )


def read_page(told: dict[str, Any], cursor: str) -> EventPage:
    """A page of the event feed after `cursor`; raises KeyError, TypeError or ValueError."""
    events, more = tuple(read_event(event) for event in told["data"]), told["has_more"]
    if not isinstance(more, bool) or (more and not events):
        raise ValueError("no page of events")
    return EventPage(events, events[-1].event_id if events else cursor, more)


def _signature(raw: RawRequest) -> dict[str, str]:
    header = raw.headers.get(HEADER, "")
    return dict(part.split("=", 1) for part in header.split(",") if "=" in part)


def _forged(secret: str, raw: RawRequest) -> str:
    parts = _signature(raw)
    stamp, given = parts.get("t", ""), parts.get("v1", "")
    if not (stamp.isascii() and stamp.isdigit() and given.isascii()):
        return "signature missing or malformed"
    signed = f"{stamp}.".encode() + raw.body
    wanted = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return "" if hmac.compare_digest(wanted, given) else "signature does not match"


def _is_stale(raw: RawRequest, now: datetime) -> bool:
    return abs(now.timestamp() - int(_signature(raw)["t"])) > TOLERANCE_SECONDS
