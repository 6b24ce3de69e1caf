"""Booking each dispute that a provider tells of."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from orders.clock import now
from orders.formats import format_money
from orders.states import OrderState
from orders.wake import wake
from payments.books import Fact, Totals
from payments.models import Attempt, Dispute, Entry, Operation
from payments.models.operation import SUBMIT_TASK
from payments.models.records import ReviewKind
from payments.providers.base import DisputeSeen, DisputeStatus, Failure, Outcome
from payments.schedule import first_reminder
from payments.services.changes import as_read, save_changes
from payments.services.reviews import end_review, open_review
from payments.sights import LOST_ANEW, WHY, WON_ANEW
from payments.states import ANSWERS, DisputeState, EntryKind

HOLDS_MONEY: Final = frozenset({DisputeState.OPEN, DisputeState.LOST})
"""What is disputed or lost cannot be refunded."""

WON_LATE: Final = gettext_noop("%(amount)s is won back in a dispute, and the order has expired")

REASON: Final = "dispute won"
"""The stored reason of a refund that nobody asked for."""


def apply_disputes(attempt: Attempt, outcome: Outcome) -> list[Fact]:
    """Note what the provider says of each dispute; the caller holds the locks, saves and posts.

    A dispute that was decided does not open again, and its amount only grows, in whatever order
    that is told; one that is decided anew is booked anew, and a person looks at it. What an order
    that was cancelled meanwhile wins back is nobody's but the shopper's; what one that has expired
    wins back, a person decides about.
    """
    facts: list[Fact] = []
    for seen in outcome.disputes:
        if seen.amount.amount > 0:
            facts += _move(attempt, seen)
        else:
            _question(attempt, seen, gettext_noop("a dispute of %(amount)s"))
    if outcome.disputes:
        held = attempt.disputes.filter(status__in=HOLDS_MONEY)
        attempt.disputed = sum(dispute.amount for dispute in held)
        state, won = attempt.payment.order.state, [fact for fact in facts if fact.adds.disputed < 0]
        for fact in won if state == OrderState.CANCELLED else ():
            _give_back(attempt, fact)
        if won and state == OrderState.EXPIRED:
            _question_whose(attempt)
    return facts


def _give_back(attempt: Attempt, fact: Fact) -> None:
    """Owe what a dispute has set free, as far as nothing else has taken it."""
    amount = min(-fact.adds.disputed, attempt.refundable.amount)
    if not amount:
        return
    Operation.objects.create(
        attempt=attempt, request_key=f"dispute:{fact.subject}", amount=amount, reason=REASON
    )
    attempt.refund_pending += amount
    wake(SUBMIT_TASK)


def _question_whose(attempt: Attempt) -> None:
    """Ask a person about money that is here again, of an order that nobody waits for any more."""
    free = attempt.refundable
    if free.amount:
        kind = ReviewKind.SURPLUS if attempt.surplus else ReviewKind.WRONG_AMOUNT
        open_review(
            kind, attempt.payment, subject=attempt.our_ref, detail=WON_LATE, facts={"amount": free}
        )


def _move(attempt: Attempt, seen: DisputeSeen) -> list[Fact]:
    state, is_open = DisputeState(seen.status.value), seen.status == DisputeStatus.OPEN
    # Locked, since who answers it locks nothing else.
    dispute, fresh = Dispute.objects.select_for_update(no_key=True).get_or_create(
        account_id=attempt.account_id,
        provider_id=seen.provider_id,
        defaults={
            "attempt": attempt,
            "amount": seen.amount.amount,
            "status": state,
            "reason": seen.reason[:80],
            "evidence_due_at": seen.evidence_due_at,
            "remind_at": first_reminder(seen.evidence_due_at) if is_open else None,
            "closed_at": None if is_open else now(),
        },
    )
    if dispute.attempt_id != attempt.pk:
        _question(
            attempt, seen, gettext_noop("%(amount)s disputed, but told of another payment before")
        )
        return []
    before, stood = (0, DisputeState.OPEN) if fresh else (_held(dispute), dispute.status)
    if fresh:
        open_review(
            ReviewKind.DISPUTE,
            attempt.payment,
            subject=seen.provider_id,
            detail=WHY,
            facts={"amount": seen.amount, "why": Failure(seen.reason[:80] or "general")},
        )
    else:
        _learn(dispute, seen)
    anew = dispute.status not in {stood, DisputeState.OPEN} and stood != DisputeState.OPEN
    if dispute.status != stood:
        note = _outcome_of(dispute)
        end_review(ReviewKind.DISPUTE, attempt.payment, subject=seen.provider_id, note=note)
    if anew:
        _question_anew(dispute, attempt)
    return _facts(dispute, attempt, before, anew=anew)


def decides_anew(attempt: Attempt, outcome: Outcome) -> bool:
    """Whether it tells of a decision otherwise than the one that is booked."""
    told = {seen.provider_id: seen.status.value for seen in outcome.disputes}
    booked = Dispute.objects.filter(account=attempt.account_id, provider_id__in=told)
    stand = booked.exclude(status=DisputeState.OPEN).values_list("provider_id", "status")
    return any(told[name] not in {status, DisputeState.OPEN} for name, status in stand)


def _question_anew(dispute: Dispute, attempt: Attempt) -> None:
    open_review(
        ReviewKind.DISPUTE,
        attempt.payment,
        subject=dispute.provider_id,
        detail=WON_ANEW if dispute.status == DisputeState.WON else LOST_ANEW,
        facts={"amount": attempt.money(dispute.amount)},
    )


def _question(attempt: Attempt, seen: DisputeSeen, detail: str) -> None:
    """Have a person look at a dispute that is no fact to book."""
    open_review(
        ReviewKind.MISMATCH,
        attempt.payment,
        subject=seen.provider_id,
        detail=detail,
        facts={"amount": seen.amount},
    )


def _learn(dispute: Dispute, seen: DisputeSeen) -> None:
    """Take over what is new of a dispute; a repeat or an older sight moves no money."""
    before = as_read(dispute)
    dispute.amount = max(dispute.amount, seen.amount.amount)
    due = [moment for moment in (dispute.evidence_due_at, seen.evidence_due_at) if moment]
    dispute.evidence_due_at = max(due, default=None)
    if seen.status.value not in {dispute.status, DisputeState.OPEN}:
        dispute.status, dispute.closed_at = DisputeState(seen.status.value), now()
        dispute.remind_at = None
    elif dispute.evidence_due_at != before["evidence_due_at"] and _is_unanswered(dispute):
        dispute.remind_at = first_reminder(dispute.evidence_due_at)
    save_changes(dispute, before)


def _is_unanswered(dispute: Dispute) -> bool:
    answered = dispute.evidence.filter(state__in=ANSWERS).exists()
    return dispute.status == DisputeState.OPEN and not answered


def _outcome_of(dispute: Dispute) -> str:
    """What became of it, in the language of the site, since nobody reads it yet."""
    amount = {"amount": format_money(dispute.attempt.money(dispute.amount), settings.LANGUAGE_CODE)}
    with translation.override(settings.LANGUAGE_CODE):
        if dispute.status == DisputeState.WON:
            return _("won: the bank returned %(amount)s") % amount
        return _("lost: the bank gave %(amount)s to the shopper") % amount


def _held(dispute: Dispute) -> int:
    return dispute.amount if dispute.status in HOLDS_MONEY else 0


def _facts(dispute: Dispute, attempt: Attempt, before: int, *, anew: bool) -> list[Fact]:
    """The bank takes the money when a dispute opens, and gives it back only if it is won.

    One whose amount has grown takes the difference, and one that is decided anew moves it once
    more, each under a key of its own.
    """
    more = _held(dispute) - before
    if not more:
        return []
    name = f"{attempt.account.code}:{dispute.provider_id}"
    subject = f"{name}:{dispute.status}"
    if anew:
        booked = Entry.objects.filter(key__startswith=f"{EntryKind.DISPUTE}:{name}:")
        subject = f"{subject}:anew:{booked.count()}"
    elif before and more > 0:
        subject = f"{subject}:{dispute.amount}"
    return [Fact(EntryKind.DISPUTE, subject, Totals(disputed=more))]
