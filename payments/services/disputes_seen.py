"""Booking each dispute that a provider tells of."""

from __future__ import annotations

from typing import Final

from orders.clock import now
from orders.states import OrderState
from orders.wake import wake
from payments.books import Fact, Totals
from payments.models import Attempt, Dispute, Operation
from payments.models.operation import SUBMIT_TASK
from payments.models.records import ReviewKind
from payments.providers.base import DisputeSeen, DisputeStatus, Outcome
from payments.services.reviews import open_review
from payments.states import DisputeState, EntryKind

HOLDS_MONEY: Final = frozenset({DisputeState.OPEN, DisputeState.LOST})
"""What is disputed or lost cannot be refunded."""

REASON: Final = "dispute won"
"""The stored reason of a refund that nobody asked for."""


def apply_disputes(attempt: Attempt, outcome: Outcome) -> list[Fact]:
    """Note what the provider says of each dispute; the caller holds the locks, saves and posts.

    A dispute that was decided does not open again, in whatever order that is told. What an order
    that was cancelled meanwhile wins back is nobody's but the shopper's.
    """
    facts: list[Fact] = []
    for seen in outcome.disputes:
        if seen.amount.amount > 0:
            facts += _move(attempt, seen)
        else:
            detail = f"a dispute of {seen.amount}"
            payment, subject = attempt.payment, seen.provider_id
            open_review(ReviewKind.MISMATCH, payment, subject=subject, detail=detail)
    if outcome.disputes:
        held = attempt.disputes.filter(status__in=HOLDS_MONEY)
        attempt.disputed = sum(dispute.amount for dispute in held)
        if attempt.payment.order.state == OrderState.CANCELLED:
            for fact in facts:
                _give_back(attempt, fact)
    return facts


def _give_back(attempt: Attempt, fact: Fact) -> None:
    """Owe what a dispute has set free, as far as nothing else has taken it."""
    amount = min(-fact.adds.disputed, attempt.refundable.amount)
    if amount <= 0:
        return
    Operation.objects.create(
        attempt=attempt, request_key=f"dispute:{fact.subject}", amount=amount, reason=REASON
    )
    attempt.refund_pending += amount
    wake(SUBMIT_TASK)


def _move(attempt: Attempt, seen: DisputeSeen) -> list[Fact]:
    state = DisputeState(seen.status.value)
    dispute, fresh = Dispute.objects.get_or_create(
        account_id=attempt.account_id,
        provider_id=seen.provider_id,
        defaults={
            "attempt": attempt,
            "amount": seen.amount.amount,
            "status": state,
            "reason": seen.reason[:80],
            "evidence_due_at": seen.evidence_due_at,
            "closed_at": None if seen.status == DisputeStatus.OPEN else now(),
        },
    )
    if dispute.attempt_id != attempt.pk:
        detail = f"{seen.amount} disputed, but told of another payment before"
        subject = seen.provider_id
        open_review(ReviewKind.MISMATCH, attempt.payment, subject=subject, detail=detail)
        return []
    before = None if fresh else dispute.status
    if fresh:
        detail = f"{seen.amount}: {seen.reason}"
        open_review(ReviewKind.DISPUTE, attempt.payment, subject=seen.provider_id, detail=detail)
    elif dispute.status == DisputeState.OPEN and state != DisputeState.OPEN:
        dispute.status, dispute.closed_at = state, now()
        dispute.save(update_fields=["status", "closed_at"])
    return _facts(dispute, attempt, before)


def _facts(dispute: Dispute, attempt: Attempt, before: str | None) -> list[Fact]:
    """The bank takes the money when a dispute opens, and gives it back only if it is won."""
    held = dispute.amount * ((dispute.status in HOLDS_MONEY) - (before in HOLDS_MONEY))
    if not held:
        return []
    subject = f"{attempt.account.code}:{dispute.provider_id}:{dispute.status}"
    return [Fact(EntryKind.DISPUTE, subject, Totals(disputed=held))]
