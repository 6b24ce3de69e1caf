"""Where payments, attempts, operations and events can stand, and where each can go: tables."""

from __future__ import annotations

from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from payments.providers.base import RefundStatus, Status


class PaymentStatus(TextChoices):
    OPEN = "open", _("open")
    PROCESSING = "processing", _("processing")
    AUTHORIZED = "authorized", _("authorized")
    PARTIALLY_PAID = "partially_paid", _("partially paid")
    PAID = "paid", _("paid")
    PARTIALLY_REFUNDED = "partially_refunded", _("partially refunded")
    REFUNDED = "refunded", _("refunded")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")
    EXPIRED = "expired", _("expired")


class AttemptStatus(TextChoices):
    SUBMITTING = "submitting", _("being sent")
    REQUIRES_ACTION = "requires_action", _("waiting for the shopper")
    APPROVED = "approved", _("approved")
    PROCESSING = "processing", _("processing")
    AUTHORIZED = "authorized", _("authorized")
    CAPTURED = "captured", _("captured")
    VOIDED = "voided", _("voided")
    EXPIRED = "expired", _("expired")
    DECLINED = "declined", _("declined")
    UNKNOWN = "unknown", _("no answer yet")


class OperationKind(TextChoices):
    CAPTURE = "capture", _("capture")
    REFUND = "refund", _("refund")
    VOID = "void", _("void")


class OperationStatus(TextChoices):
    REQUESTED = "requested", _("requested")
    AWAITING_APPROVAL = "awaiting_approval", _("waiting for approval")
    REJECTED = "rejected", _("rejected")
    SUBMITTING = "submitting", _("being sent")
    PENDING = "pending", _("pending at the provider")
    SUCCEEDED = "succeeded", _("succeeded")
    FAILED = "failed", _("failed")
    UNKNOWN = "unknown", _("no answer yet")
    REVERSED = "reversed", _("came back")


class Approval(TextChoices):
    """Whether somebody else must agree to a refund, and what they said."""

    NOT_NEEDED = "not_needed", _("not needed")
    WAITING = "waiting", _("waiting for approval")
    APPROVED = "approved", pgettext_lazy("refund", "approved")
    REJECTED = "rejected", _("rejected")


class ReturnMoney(TextChoices):
    """What became of the refund of a return, once that is no longer on its way."""

    GONE = "gone", _("received and refunded")
    FAILED = "failed", _("received, refund failed")


class DisputeState(TextChoices):
    """`inquiry`: the bank asks and has taken nothing yet; `closed`: and it never did."""

    INQUIRY = "inquiry", pgettext_lazy("dispute", "inquiry")
    CLOSED = "closed", pgettext_lazy("dispute", "inquiry closed")
    OPEN = "open", pgettext_lazy("dispute", "open")
    WON = "won", _("won")
    LOST = "lost", _("lost")


UNDECIDED: Final = (DisputeState.INQUIRY, DisputeState.OPEN)
"""The bank waits for what we say."""
DECIDED: Final = (DisputeState.WON, DisputeState.LOST)
ONLY_ASKED: Final = (DisputeState.INQUIRY, DisputeState.CLOSED)
"""Nobody has claimed any money."""
DISPUTE_NEXT: Final = {
    DisputeState.INQUIRY: {DisputeState.CLOSED, DisputeState.OPEN, *DECIDED},
    DisputeState.CLOSED: {DisputeState.OPEN, *DECIDED},
    DisputeState.OPEN: {*DECIDED},
    DisputeState.WON: {DisputeState.LOST},
    DisputeState.LOST: {DisputeState.WON},
}
"""It never goes back, but may be decided anew."""


class EvidenceState(TextChoices):
    """Where our answer to a dispute stands; what was refused or got no answer may be sent anew."""

    SENDING = "sending", pgettext_lazy("evidence", "being sent")
    SENT = "sent", pgettext_lazy("evidence", "sent")
    REFUSED = "refused", pgettext_lazy("evidence", "refused")
    UNANSWERED = "unanswered", pgettext_lazy("evidence", "no answer")


ANSWERS: Final = (EvidenceState.SENDING, EvidenceState.SENT)
"""Such evidence answers its dispute, once."""


class EntryKind(TextChoices):
    """What moved money; `opening` is all that had moved before there was a ledger.

    The last four are no attempt's: a report posts fees, payouts and what was settled in another
    currency, a person an adjustment.
    """

    CAPTURE = "capture", pgettext_lazy("ledger", "capture")
    REFUND = "refund", _("refund")
    REFUND_REVERSED = "refund_reversed", pgettext_lazy("ledger", "refund that came back")
    DISPUTE = "dispute", _("dispute")
    ELSEWHERE = "elsewhere", pgettext_lazy("ledger", "returned elsewhere")
    OPENING = "opening", pgettext_lazy("ledger", "opening")
    FEE = "fee", pgettext_lazy("ledger", "fees")
    PAYOUT = "payout", pgettext_lazy("ledger", "payout")
    FX = "fx", pgettext_lazy("ledger", "settled in another currency")
    ADJUSTMENT = "adjustment", pgettext_lazy("ledger", "adjustment")


class InboxState(TextChoices):
    RECEIVED = "received", _("received")
    PARKED = "parked", _("waiting for its payment")
    DONE = "done", _("done")
    IGNORED = "ignored", _("not ours")
    DEAD = "dead", _("given up")


UNHEARD: Final = frozenset({AttemptStatus.SUBMITTING, AttemptStatus.UNKNOWN})
"""The provider has told nothing of such an attempt yet."""

IN_FLIGHT: Final = frozenset(
    {
        AttemptStatus.SUBMITTING,
        AttemptStatus.REQUIRES_ACTION,
        AttemptStatus.APPROVED,
        AttemptStatus.PROCESSING,
        AttemptStatus.UNKNOWN,
    }
)
"""The shopper's money may still arrive from such an attempt, so it keeps its reserve."""

AWAITED: Final = IN_FLIGHT | {AttemptStatus.AUTHORIZED}
"""Of such an attempt more has to be told: what is only authorized is charged yet, or let go."""

SENDABLE: Final = frozenset(
    {
        OperationStatus.REQUESTED,
        OperationStatus.SUBMITTING,
        OperationStatus.PENDING,
        OperationStatus.UNKNOWN,
    }
)
"""An operation that workers send, or ask about."""

UNSETTLED: Final = SENDABLE | {OperationStatus.AWAITING_APPROVAL}
"""An operation that still may or may not happen."""

CAME_BACK: Final = frozenset({OperationStatus.FAILED, OperationStatus.REVERSED})
"""The money of such a refund is with us."""

_ANSWERED: Final = frozenset(
    {OperationStatus.PENDING, OperationStatus.SUCCEEDED, OperationStatus.FAILED}
)
OPERATION_NEXT: Final[dict[OperationStatus, frozenset[OperationStatus]]] = {
    OperationStatus.REQUESTED: _ANSWERED | {OperationStatus.SUBMITTING},
    OperationStatus.AWAITING_APPROVAL: _ANSWERED
    | {OperationStatus.REQUESTED, OperationStatus.REJECTED},
    OperationStatus.REJECTED: frozenset({OperationStatus.PENDING, OperationStatus.SUCCEEDED}),
    OperationStatus.SUBMITTING: _ANSWERED | {OperationStatus.UNKNOWN},
    OperationStatus.UNKNOWN: _ANSWERED | {OperationStatus.SUBMITTING},
    OperationStatus.PENDING: frozenset({OperationStatus.SUCCEEDED, OperationStatus.FAILED}),
    OperationStatus.SUCCEEDED: frozenset({OperationStatus.REVERSED}),
    OperationStatus.FAILED: frozenset(
        {OperationStatus.PENDING, OperationStatus.SUCCEEDED, OperationStatus.REVERSED}
    ),
    OperationStatus.REVERSED: frozenset(),
}
"""Where a capture, refund or void can go; only a refund is pending, or comes back.

A refund that we took for refused and that was made after all is pending or has succeeded; where the
provider told of its failure before it tells of that success, it has come back. What waits for
approval or was rejected is never sent; should a provider tell of it all the same, that is a fact
like any other.
"""

GIVEN_UP: Final = frozenset({OperationStatus.FAILED, OperationStatus.REJECTED})
"""Of such a refund somebody was asked what to do instead, or has decided against it."""

REFUND_TOLD: Final[dict[RefundStatus, dict[OperationStatus, OperationStatus]]] = {
    RefundStatus.PENDING: dict.fromkeys(
        UNSETTLED - {OperationStatus.PENDING} | GIVEN_UP, OperationStatus.PENDING
    ),
    RefundStatus.SUCCEEDED: dict.fromkeys(UNSETTLED | GIVEN_UP, OperationStatus.SUCCEEDED),
    RefundStatus.FAILED: {
        **dict.fromkeys(UNSETTLED, OperationStatus.FAILED),
        OperationStatus.SUCCEEDED: OperationStatus.REVERSED,
    },
}
"""What each word of the provider makes of a refund; of any other state it is no news.

A failure is ours here: we gave it up. Where the provider told of it, see `TOLD_AFTER_FAILURE`.
"""

TOLD_AFTER_FAILURE: Final = {RefundStatus.SUCCEEDED: OperationStatus.REVERSED}
"""What a word that came before the failure makes of a refund of which the failure was told."""

INBOX_NEXT: Final[dict[InboxState, frozenset[InboxState]]] = {
    InboxState.RECEIVED: frozenset(
        {InboxState.DONE, InboxState.PARKED, InboxState.IGNORED, InboxState.DEAD}
    ),
    InboxState.PARKED: frozenset(
        {InboxState.RECEIVED, InboxState.DONE, InboxState.IGNORED, InboxState.DEAD}
    ),
    InboxState.DEAD: frozenset({InboxState.RECEIVED, InboxState.DONE, InboxState.IGNORED}),
    InboxState.DONE: frozenset(),
    InboxState.IGNORED: frozenset(),
}
"""Where an event of the inbox can go; a repeat of one that is not done puts it back to received."""

OBSERVED: Final = {
    Status.REQUIRES_ACTION: AttemptStatus.REQUIRES_ACTION,
    Status.APPROVED: AttemptStatus.APPROVED,
    Status.PROCESSING: AttemptStatus.PROCESSING,
    Status.DECLINED: AttemptStatus.DECLINED,
    Status.EXPIRED: AttemptStatus.EXPIRED,
    Status.VOIDED: AttemptStatus.VOIDED,
    Status.UNKNOWN: AttemptStatus.UNKNOWN,
}
"""What an observation without money makes of an attempt."""

WAITING: Final = frozenset(
    {AttemptStatus.REQUIRES_ACTION, AttemptStatus.APPROVED, AttemptStatus.PROCESSING}
)
ENDED: Final = frozenset({AttemptStatus.DECLINED, AttemptStatus.EXPIRED, AttemptStatus.VOIDED})

ATTEMPT_NEXT: Final[dict[AttemptStatus, frozenset[AttemptStatus]]] = {
    AttemptStatus.SUBMITTING: WAITING | ENDED | {AttemptStatus.UNKNOWN},
    AttemptStatus.UNKNOWN: WAITING | ENDED,
    AttemptStatus.REQUIRES_ACTION: WAITING | ENDED,
    AttemptStatus.APPROVED: WAITING | ENDED,
    AttemptStatus.PROCESSING: WAITING | ENDED,
    AttemptStatus.DECLINED: ENDED,
    AttemptStatus.EXPIRED: ENDED,
    AttemptStatus.VOIDED: ENDED,
    AttemptStatus.AUTHORIZED: ENDED,
    AttemptStatus.CAPTURED: ENDED,
}
"""Where an observation without money takes an attempt; whatever is not here leaves it.

What has ended comes back only by money, never by a late word of waiting; and silence is news only
of an attempt of which nothing was heard.
"""

BY_WEBHOOK: Final = {**ATTEMPT_NEXT, AttemptStatus.PROCESSING: ENDED}
"""A webhook may be an old one, so it takes no attempt from processing back to waiting."""
