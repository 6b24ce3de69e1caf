"""The sandbox bank's signature: `Sandbox-Signature: t=<unix>,v1=<hex HMAC-SHA256 of "t.body">`."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import re
from dataclasses import replace
from datetime import datetime

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
from payments.providers.errors import BadAnswer
from payments.providers.sandbox.mapping import read_payment
from payments.providers.told import Told, read_json

logger = logging.getLogger("till.payments")
TOLERANCE_SECONDS = 300
HEADER = "sandbox-signature"
STAMP = re.compile("[0-9]{1,12}")


def parse_webhook(account: Account, raw: RawRequest, now: datetime) -> ParsedWebhook:
    """Check signature, freshness, merchant and mode over the raw bytes; then read the event."""
    if problem := _forged(account.secrets.get("webhook_secret", ""), raw):
        return ParsedWebhook.rejected(Refused.SIGNATURE, problem)
    if _is_stale(raw, now):
        return ParsedWebhook.rejected(Refused.STALE, "timestamp is stale")
    return _read(account, raw)


def _read(account: Account, raw: RawRequest) -> ParsedWebhook:
    try:
        body = read_json(raw.body)
        event, told = read_event(body), Told(body, "event")
        merchant, mode = told.text("merchant_id"), told.text("mode")
    except BadAnswer as error:
        return ParsedWebhook.rejected(Refused.MALFORMED, f"malformed body: {error.problem}")
    if merchant != account.merchant_id:
        return ParsedWebhook.rejected(Refused.ACCOUNT, "it is about another merchant")
    if mode != account.mode:
        return ParsedWebhook.rejected(Refused.MODE, f"it is not of the mode {account.mode}")
    return ParsedWebhook(Verdict.VERIFIED, (event,), ack_body=b'{"received": true}')


def read_event(told: object) -> WebhookEvent:
    """One event of the bank with the payment it is about; raises BadAnswer."""
    event = Told(told, "event")
    payment = event.row("data")
    return WebhookEvent(
        event_id=event.text("id"),
        kind=event.text("type"),
        our_ref=payment.text("reference"),
        objects=(ProviderObject("payment", payment.text("id")),),
        outcome=read_payment(payment),
    )


def read_page(told: Told, cursor: str) -> EventPage:
    """A page of the event feed after `cursor`; raises BadAnswer."""
    events = tuple(_listed(item) for item in told.items("data"))
    known = [event.event_id for event in events if event.event_id]
    if not known and told.flag("has_more"):
        raise BadAnswer("no event with an id, and more of them")
    return EventPage(events, known[-1] if known else cursor, told.flag("has_more"))


def _listed(told: object) -> WebhookEvent:
    """One event of a page with its body; what cannot be read is for who applies it to say."""
    body = json.dumps(told).encode()
    try:
        return replace(read_event(told), body=body)
    except BadAnswer as unreadable:
        event_id = _id_of(told)
        logger.warning("event %s of the feed cannot be read: %s", event_id or "?", unreadable)
    return WebhookEvent(event_id, "", body=body)


def _id_of(told: object) -> str:
    try:
        return Told(told, "event").text("id")
    except BadAnswer:
        return ""


def _signature(raw: RawRequest) -> dict[str, str]:
    header = raw.headers.get(HEADER, "")
    return dict(part.split("=", 1) for part in header.split(",") if "=" in part)


def _forged(secret: str, raw: RawRequest) -> str:
    parts = _signature(raw)
    stamp, given = parts.get("t", ""), parts.get("v1", "")
    if not (STAMP.fullmatch(stamp) and given.isascii()):
        return "signature missing or malformed"
    signed = f"{stamp}.".encode() + raw.body
    wanted = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return "" if secret and hmac.compare_digest(wanted, given) else "signature does not match"


def _is_stale(raw: RawRequest, now: datetime) -> bool:
    return abs(now.timestamp() - int(_signature(raw)["t"])) > TOLERANCE_SECONDS
