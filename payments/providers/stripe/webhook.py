"""Stripe's events. Each only says that there is news: what became of a payment, we ask.

An event's picture of a payment may be an old one, and they come in any order; the answer to a
question is never older than the question.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from stripe import SignatureVerificationError, WebhookSignature

from payments.providers.base import (
    Account,
    ParsedWebhook,
    ProviderObject,
    RawRequest,
    Refused,
    Verdict,
    WebhookEvent,
)
from payments.providers.errors import BadAnswer
from payments.providers.payouts import PAYOUT
from payments.providers.stripe.asked import OUR_REF
from payments.providers.stripe.mapping import mode_of
from payments.providers.told import Told, read_json

HEADER: Final = "stripe-signature"
STAMP: Final = re.compile(r"t=([0-9]{1,12})")
TOLERANCE_SECONDS: Final = 300
HEARD: Final = (
    "checkout.session.async_payment_failed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.completed",
    "checkout.session.expired",
    "payment_intent.amount_capturable_updated",
    "payment_intent.canceled",
    "payment_intent.partially_funded",
    "payment_intent.payment_failed",
    "payment_intent.processing",
    "payment_intent.requires_action",
    "payment_intent.succeeded",
    "charge.captured",
    "charge.expired",
    "charge.refunded",
    "charge.refund.updated",
    "refund.created",
    "refund.failed",
    "refund.updated",
    "charge.dispute.closed",
    "charge.dispute.created",
    "charge.dispute.funds_reinstated",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.updated",
    "payout.canceled",
    "payout.created",
    "payout.failed",
    "payout.paid",
    "payout.reconciliation_completed",
    "payout.updated",
)
"""What moves money, or the way to pay: what a webhook endpoint must tell us of."""
KINDS: Final[Mapping[str, str]] = {
    "checkout.session": "payment",
    "payment_intent": "intent",
    "charge": "charge",
    "payout": PAYOUT,
}
"""What an event may be about, and as what it is known to us."""
CANNOT_WAIT: Final = frozenset({"payout.canceled", "payout.failed"})
"""Of payouts the day's report tells; of these, whoever keeps the bank account hears at once."""
MARKED: Final = ("checkout.session.", "payment_intent.")
"""Kinds of events about what always bears our reference, if it is ours: we make it with that."""


def parse_webhook(account: Account, raw: RawRequest, now: datetime) -> ParsedWebhook:
    """Check signature, freshness, account and mode over the raw bytes; then read the event."""
    header = raw.headers.get(HEADER, "")
    stamp = _stamp(header)
    if not stamp or not _is_signed(account, raw.body, header):
        return ParsedWebhook.rejected(Refused.SIGNATURE, "signature missing, malformed or not ours")
    if abs(now.timestamp() - int(stamp[1])) > TOLERANCE_SECONDS:
        return ParsedWebhook.rejected(Refused.STALE, "timestamp is stale")
    return _read(account, raw)


def _stamp(header: str) -> re.Match[str] | None:
    """When it was signed; None where it does not say so in one way, which the signature covers."""
    said = [item for item in header.split(",") if item.partition("=")[0].strip() == "t"]
    return STAMP.fullmatch(said[0]) if len(said) == 1 else None


def _is_signed(account: Account, body: bytes, header: str) -> bool:
    """By Stripe's own library, but for the clock: that of the caller counts.

    Without a secret nothing is: anybody can sign with none.
    """
    secret = account.secrets.get("webhook_secret", "")
    try:
        return (secret != "" and header.isascii()) and WebhookSignature.verify_header(
            body, header, secret, tolerance=None
        )
    except (SignatureVerificationError, UnicodeDecodeError):
        return False


def _read(account: Account, raw: RawRequest) -> ParsedWebhook:
    try:
        body = read_json(raw.body)
        event, told = read_event(body), Told(body, "event")
        merchant, mode = told.maybe_text("account"), mode_of(told)
    except BadAnswer as error:
        return ParsedWebhook.rejected(Refused.MALFORMED, f"malformed body: {error.problem}")
    if merchant and merchant != account.merchant_id:  # as an endpoint for connected accounts tells
        return ParsedWebhook.rejected(Refused.ACCOUNT, f"it is about the account {merchant}")
    if mode != account.mode:
        return ParsedWebhook.rejected(Refused.MODE, f"it is not of the mode {account.mode}")
    return ParsedWebhook(Verdict.VERIFIED, (event,), ack_body=b'{"received": true}')


def read_event(told: object) -> WebhookEvent:
    """One event, with all names of what it is about; raises BadAnswer."""
    event = Told(told, "event")
    about = event.row("data").row("object")
    metadata = about.maybe_row("metadata")
    kind = event.text("type")
    ours = metadata.maybe_text(OUR_REF) if metadata and not _is_refund(kind) else ""
    return WebhookEvent(
        event_id=event.name("id"),
        kind=kind,
        our_ref=ours,
        objects=_objects(about),
        heard=tells(kind),
        foreign=not ours and kind.startswith(MARKED),
    )


def tells(kind: str) -> bool:
    """Whether events of this kind ring; most of those about a payout wait for the day's report."""
    return kind in CANNOT_WAIT or (kind in HEARD and not kind.startswith("payout."))


def _is_refund(kind: str) -> bool:
    """A refund carries its own reference, which is not that of the payment."""
    return kind.startswith(("refund.", "charge.refund."))


def _objects(about: Told) -> tuple[ProviderObject, ...]:
    """What it is, and what it belongs to."""
    own = KINDS.get(about.maybe_text("object"))
    named = [ProviderObject(own, about.name("id"))] if own else []
    for field, kind in (("payment_intent", "intent"), ("charge", "charge")):
        if found := about.maybe_id(field):
            named.append(ProviderObject(kind, found))
    return tuple(named)
