"""Where payments, attempts, operations and events can stand, and the projections: no rows here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from payments.providers.base import Status


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
    SUBMITTING = "submitting", _("being sent")
    PENDING = "pending", _("pending at the provider")
    SUCCEEDED = "succeeded", _("succeeded")
    FAILED = "failed", _("failed")
    UNKNOWN = "unknown", _("no answer yet")
    REVERSED = "reversed", _("came back")


class DisputeState(TextChoices):
    OPEN = "open", pgettext_lazy("dispute", "open")
    WON = "won", _("won")
    LOST = "lost", _("lost")


class EntryKind(TextChoices):
    """What moved money; `opening` is all that had moved before there was a ledger."""

    CAPTURE = "capture", pgettext_lazy("ledger", "capture")
    REFUND = "refund", _("refund")
    REFUND_REVERSED = "refund_reversed", pgettext_lazy("ledger", "refund that came back")
    DISPUTE = "dispute", _("dispute")
    ELSEWHERE = "elsewhere", pgettext_lazy("ledger", "returned elsewhere")
    OPENING = "opening", pgettext_lazy("ledger", "opening")


class InboxState(TextChoices):
    RECEIVED = "received", _("received")
    PARKED = "parked", _("waiting for its payment")
    DONE = "done", _("done")
    IGNORED = "ignored", _("not ours")
    DEAD = "dead", _("given up")


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

UNSETTLED: Final = frozenset(
    {
        OperationStatus.REQUESTED,
        OperationStatus.SUBMITTING,
        OperationStatus.PENDING,
        OperationStatus.UNKNOWN,
    }
)
"""An operation that still may or may not happen."""

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


def attempt_status(
    *, authorized: int, captured: int, released: int, newest: AttemptStatus
) -> AttemptStatus:
    """The status of one attempt: facts about money first, else the newest observation."""
    if captured > 0:
        return AttemptStatus.CAPTURED
    if authorized > released:
        return AttemptStatus.AUTHORIZED
    if released > 0:
        return AttemptStatus.EXPIRED if newest == AttemptStatus.EXPIRED else AttemptStatus.VOIDED
    return newest


@dataclass(frozen=True, slots=True)
class Tried:
    """What an attempt adds to its payment; `refunded` is net of what came back."""

    status: AttemptStatus
    amount: int
    captured: int = 0
    surplus: int = 0
    refunded: int = 0
    superseded: bool = False
    held: int = 0
    charged_as_asked: bool = False
    """A hold of which we captured all that we wanted, and nothing is held any more."""


def payment_status(
    *, amount: int, attempts: Sequence[Tried], ended: PaymentStatus | None = None
) -> PaymentStatus:
    """The status of a payment from its attempts, oldest first; `ended` where its order is dead.

    Surplus and its refunds count for nothing: a second charge that went back leaves a paid
    payment paid.
    """
    kept = sum(a.captured - a.surplus for a in attempts)
    if kept > 0:
        returned = sum(max(0, a.refunded - a.surplus) for a in attempts)
        if returned >= kept:
            return PaymentStatus.REFUNDED
        if settled(attempts) < amount:
            return PaymentStatus.PARTIALLY_PAID
        return PaymentStatus.PARTIALLY_REFUNDED if returned else PaymentStatus.PAID
    if amount == 0:
        return PaymentStatus.PAID
    return ended or _status_without_money([a.status for a in attempts if not a.superseded])


def settled(attempts: Sequence[Tried]) -> int:
    """What was captured as asked and belongs to the order."""
    return sum(
        a.amount for a in attempts if a.captured - a.surplus == a.amount or a.charged_as_asked
    )


def promised(attempts: Sequence[Tried]) -> int:
    """What banks hold of the whole amounts asked for, of attempts the shopper has not left."""
    return sum(a.amount for a in attempts if a.held >= a.amount and not a.superseded)


def _status_without_money(attempts: list[AttemptStatus]) -> PaymentStatus:
    if AttemptStatus.AUTHORIZED in attempts:
        return PaymentStatus.AUTHORIZED
    if IN_FLIGHT & set(attempts):
        return PaymentStatus.PROCESSING
    if attempts and attempts[-1] == AttemptStatus.DECLINED:
        return PaymentStatus.FAILED
    return PaymentStatus.OPEN
