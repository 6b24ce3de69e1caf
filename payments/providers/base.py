"""The provider seam: a few verbs, one result. Dataclasses in, dataclasses out, nothing stored."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from orders.money import Money
from payments.providers.actions import NextAction
from payments.providers.bill import Item


class Status(enum.StrEnum):
    """What a provider says of a payment. `approved`: the shopper agreed and we must capture."""

    REQUIRES_ACTION = "requires_action"
    APPROVED = "approved"
    PROCESSING = "processing"
    AUTHORIZED = "authorized"
    CAPTURED = "captured"
    VOIDED = "voided"
    REFUNDED = "refunded"
    DECLINED = "declined"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


class RefundStatus(enum.StrEnum):
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class DisputeStatus(enum.StrEnum):
    """`inquiry`: a bank only asks, and has taken nothing; `closed`: it asks no more."""

    INQUIRY = "inquiry"
    CLOSED = "closed"
    OPEN = "open"
    WON = "won"
    LOST = "lost"


class Verdict(enum.StrEnum):
    """What a webhook's signature says; `deferred`: only after a call, which a worker makes."""

    VERIFIED = "verified"
    REJECTED = "rejected"
    DEFERRED = "deferred"


class Refused(enum.StrEnum):
    """Why a webhook is not let in, as is counted. Only `malformed`, truly signed, is kept still."""

    SIGNATURE = "signature"
    STALE = "stale"
    ACCOUNT = "account"
    MODE = "mode"
    MALFORMED = "malformed"
    TOO_LARGE = "too_large"


@dataclass(frozen=True, slots=True)
class Account:
    """What an adapter may know of a ProviderAccount. Secrets by name; never logged."""

    code: str
    mode: str
    merchant_id: str
    base_url: str
    secrets: Mapping[str, str] = field(repr=False)
    report_zone: str = "UTC"
    """The time zone in which its reports count days."""


@dataclass(frozen=True, slots=True)
class OurRef:
    """Our A… of an attempt, R… a refund, C… a capture; sent once, at `sent_at`, where known."""

    value: str
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ProviderRef:
    """The provider's own id of a payment."""

    value: str


@dataclass(frozen=True, slots=True)
class ProviderObject:
    """One id the provider uses for something of ours, by kind ("payment", "refund", "charge").

    An attempt has one of the kind "payment", by which it is asked for: another one is another's.
    """

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class CreateRequest:
    """One attempt to pay. `amount` is what is charged; `key` makes a repeat harmless.

    `return_url` is where the shopper goes who has paid, `cancel_url` who turned back without.
    `saved_method` is the provider's id of one to charge again; `save_method`: the shopper agreed
    that the provider keeps this one; `hold`: only authorize, `capture` comes later. `items` add up
    to the amount; there are none where it is paid in parts. `language` and `email` are those of the
    shopper. `embedded`: they pay on our own page, where the provider's script shows the fields.
    """

    our_ref: str
    amount: Money
    key: str
    method: str
    description: str
    return_url: str
    cancel_url: str = ""
    saved_method: str = ""
    save_method: bool = False
    hold: bool = False
    items: tuple[Item, ...] = ()
    language: str = ""
    email: str = ""
    embedded: bool = False


@dataclass(frozen=True, slots=True)
class CaptureRequest:
    """Take `amount` of what the payment `ref` holds; `final`: what is left of it is released."""

    ref: ProviderRef
    our_ref: str
    amount: Money
    key: str
    final: bool


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """Give back `amount` of the payment `ref`; `our_ref` names the refund."""

    ref: ProviderRef
    our_ref: str
    amount: Money
    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class Failure:
    """Why: `code` is one of payments.messages, `raw` the provider's word for it."""

    code: str
    raw: str = ""


@dataclass(frozen=True, slots=True)
class CaptureSeen:
    """One capture of a hold that has been made; `our_ref` is "" where it is none of ours."""

    provider_id: str
    our_ref: str
    amount: Money


@dataclass(frozen=True, slots=True)
class RefundSeen:
    """One refund as the provider tells it; `our_ref` is "" where it is none of ours."""

    provider_id: str
    our_ref: str
    amount: Money
    status: RefundStatus
    error: Failure | None = None


@dataclass(frozen=True, slots=True)
class DisputeSeen:
    """One dispute (chargeback) over `amount` of a payment, as the provider tells it."""

    provider_id: str
    amount: Money
    status: DisputeStatus
    reason: str = ""
    evidence_due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CardSeen:
    """What anybody may read of the card that was used; never its number."""

    brand: str
    last4: str


@dataclass(frozen=True, slots=True)
class SavedMethodSeen:
    """A way to pay that the provider keeps; `fingerprint`: the same each time the card is kept."""

    provider_id: str
    brand: str
    last4: str
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a provider says of one payment; totals are cumulative minor units of its currency.

    `inferred`: concluded from silence or from a refusal of ours, so that it can end an attempt
    of which the provider has told nothing, and no other. `refunded` is a check on `refunds`.
    `capture_before`: when what is held lapses; then `released` has grown. `captures`: those of a
    hold that were made, at least the one that is answered; so it can be seen that less was taken.
    """

    status: Status
    our_ref: str = ""
    amount: Money | None = None
    authorized: int = 0
    captured: int = 0
    released: int = 0
    capture_before: datetime | None = None
    refunded: int | None = None
    captures: tuple[CaptureSeen, ...] = ()
    refunds: tuple[RefundSeen, ...] = ()
    disputes: tuple[DisputeSeen, ...] = ()
    card: CardSeen | None = None
    saved_method: SavedMethodSeen | None = None
    objects: tuple[ProviderObject, ...] = ()
    next_action: NextAction = None
    error: Failure | None = None
    mode: str = ""
    merchant_id: str = ""
    evidence: Mapping[str, str] = field(default_factory=dict)
    inferred: bool = False


@dataclass(frozen=True, slots=True)
class RawRequest:
    """A webhook as it came in: exact bytes, header names in lower case."""

    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """One event of a webhook or a feed; without an outcome it only says "ask me".

    `heard`: False where its kind rings nothing here. `foreign`: not ours if it names none we know.
    `body`: a listed event, for `read_event`; of one that cannot be read all there is beside its id.
    """

    event_id: str
    kind: str
    our_ref: str = ""
    objects: tuple[ProviderObject, ...] = ()
    outcome: Outcome | None = None
    heard: bool = True
    foreign: bool = False
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class EventPage:
    """Events, the oldest first; `cursor` asks for what is next to be read, `more`: some is there.

    One that cannot be read is among them all the same, and keeps none of the others back.
    """

    events: tuple[WebhookEvent, ...]
    cursor: str
    more: bool


@dataclass(frozen=True, slots=True)
class ParsedWebhook:
    """The verdict over the raw bytes, what is in them, and the answer the provider expects.

    Rejected: `refused` and, for whoever reads the answer, the `reason`. Deferred: `needs` names the
    headers, in lower case, without which a worker could not verify it later.
    """

    verdict: Verdict
    events: tuple[WebhookEvent, ...] = ()
    refused: Refused = Refused.SIGNATURE
    reason: str = ""
    needs: tuple[str, ...] = ()
    ack_status: int = 200
    ack_body: bytes = b""

    @classmethod
    def rejected(cls, refused: Refused, reason: str) -> ParsedWebhook:
        return cls(Verdict.REJECTED, refused=refused, reason=reason)
