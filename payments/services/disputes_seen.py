"""Booking each dispute that a provider tells of."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy, gettext_noop

from orders.clock import now
from orders.formats import format_money
from orders.states import OrderState
from orders.wake import wake
from payments.books import Fact, Totals
from payments.models import Attempt, Dispute, Entry, Operation
from payments.models.operation import SUBMIT_TASK
from payments.models.records import ReviewKind
from payments.providers.base import DisputeSeen, Failure, Outcome
from payments.schedule import first_reminder
from payments.services.changes import as_read, save_changes
from payments.services.reviews import end_review, open_review
from payments.sights import ASKED, DISPUTED_ABROAD, LOST_ANEW, WHY, WON_ANEW
from payments.states import (
    ANSWERS,
    DECIDED,
    DISPUTE_NEXT,
    ONLY_ASKED,
    UNDECIDED,
    DisputeState,
    EntryKind,
)

HOLDS_MONEY: Final = frozenset({DisputeState.OPEN, DisputeState.LOST})
"""What is disputed or lost cannot be refunded."""

WON_LATE: Final = gettext_noop("%(amount)s is won back in a dispute, and the order has expired")

ENDS: Final = {
    DisputeState.OPEN: gettext_lazy("it became a dispute: the bank took %(amount)s"),
    DisputeState.WON: gettext_lazy("won: the bank returned %(amount)s"),
    DisputeState.LOST: gettext_lazy("lost: the bank gave %(amount)s to the shopper"),
    DisputeState.CLOSED: gettext_lazy("closed: the bank asks no more, and took nothing"),
}
"""How a review of a dispute ends, by what became of it."""

REASON: Final = "dispute won"
"""The stored reason of a refund that nobody asked for."""


def apply_disputes(attempt: Attempt, outcome: Outcome) -> list[Fact]:
    """Note what the provider says of each dispute; the caller holds the locks, saves and posts.

    A dispute that was decided does not open again, and its amount only grows, in whatever order
    that is told; one that is decided anew is booked anew, and a person looks at it. An inquiry
    moves nothing until it becomes a claim, and does not come back after one. One in another
    currency is for a person, and keeps nothing else back. What an order that was cancelled
    meanwhile wins back is nobody's but the shopper's; what one that has expired wins back, a person
    decides about.
    """
    facts: list[Fact] = []
    for seen in outcome.disputes:
        if seen.amount.currency != attempt.payment.currency:
            _question(attempt, seen, DISPUTED_ABROAD)
        elif seen.amount.amount > 0:
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
    state = DisputeState(seen.status.value)
    waits = state in UNDECIDED
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
            "remind_at": first_reminder(seen.evidence_due_at) if waits else None,
            "closed_at": None if waits else now(),
        },
    )
    if dispute.attempt_id != attempt.pk:
        _question(
            attempt, seen, gettext_noop("%(amount)s disputed, but told of another payment before")
        )
        return []
    before, stood = (0, None) if fresh else (_held(dispute), DisputeState(dispute.status))
    if not fresh:
        _learn(dispute, seen)
    anew = stood in DECIDED and dispute.status != stood
    if dispute.status != stood:
        _ask_about(dispute, attempt, stood)
    if anew:
        _question_anew(dispute, attempt)
    return _facts(dispute, attempt, before, anew=anew)


def _ask_about(dispute: Dispute, attempt: Attempt, stood: DisputeState | None) -> None:
    """Have a person see what began, or became a claim; and end what they were asked before."""
    subject, payment = dispute.provider_id, attempt.payment
    if stood is None or (stood not in DECIDED and dispute.status == DisputeState.OPEN):
        if stood:
            end_review(ReviewKind.DISPUTE, payment, subject=subject, note=_outcome_of(dispute))
        open_review(
            ReviewKind.DISPUTE,
            payment,
            subject=subject,
            detail=ASKED if dispute.is_inquiry else WHY,
            facts={"amount": dispute.money, "why": Failure(dispute.reason or "general")},
        )
    if not dispute.is_undecided:
        end_review(ReviewKind.DISPUTE, payment, subject=subject, note=_outcome_of(dispute))


def decides_anew(attempt: Attempt, outcome: Outcome) -> bool:
    """Whether it tells of a decision otherwise than the one that is booked."""
    told = {seen.provider_id: seen.status.value for seen in outcome.disputes}
    booked = Dispute.objects.filter(account=attempt.account_id, provider_id__in=told)
    stand = booked.filter(status__in=DECIDED).values_list("provider_id", "status")
    return any(told[name] in DECIDED and told[name] != status for name, status in stand)


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
    told = DisputeState(seen.status.value)
    dispute.amount = _amount(dispute, told, seen.amount.amount)
    due = [moment for moment in (dispute.evidence_due_at, seen.evidence_due_at) if moment]
    dispute.evidence_due_at = max(due, default=None)
    moved = told in DISPUTE_NEXT[DisputeState(dispute.status)]
    if moved:
        dispute.status = told
        dispute.closed_at = None if dispute.is_undecided else now()
    if not dispute.is_undecided:
        dispute.remind_at = None
    elif (moved or dispute.evidence_due_at != before["evidence_due_at"]) and _waits(dispute):
        dispute.remind_at = first_reminder(dispute.evidence_due_at)
    save_changes(dispute, before)


def _amount(dispute: Dispute, told: DisputeState, amount: int) -> int:
    """It only grows; but what is claimed need not be what was asked about before."""
    asked_before, asks = dispute.status in ONLY_ASKED, told in ONLY_ASKED
    if asked_before == asks:
        return max(dispute.amount, amount)
    return dispute.amount if asks else amount


def _waits(dispute: Dispute) -> bool:
    """Whether nothing was said yet to what is asked or claimed now."""
    said = dispute.evidence.filter(state__in=ANSWERS, of_inquiry=dispute.is_inquiry)
    return not said.exists()


def _outcome_of(dispute: Dispute) -> str:
    """What became of it, in the language of the site, since nobody reads it yet."""
    amount = {"amount": format_money(dispute.attempt.money(dispute.amount), settings.LANGUAGE_CODE)}
    with translation.override(settings.LANGUAGE_CODE):
        return str(ENDS[DisputeState(dispute.status)]) % amount


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
