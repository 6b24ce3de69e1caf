"""Discrepancies of payouts and of the bank: few of them, kept as what they are found to be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from orders.clock import now
from payments.models import Discrepancy, Payout, ProviderAccount
from payments.models.discrepancy import (
    OF_PAYOUTS,
    UNRESOLVED,
    DiscrepancyKind,
    DiscrepancyState,
    Resolution,
)


@dataclass(frozen=True, slots=True)
class Question:
    """Two amounts of one payout that should be one, in minor units; None: nothing there."""

    kind: DiscrepancyKind
    payout: Payout
    ours: int | None
    theirs: int | None
    at: datetime | None = None

    @property
    def subject(self) -> str:
        return f"{self.kind}:{self.payout.ref}:{self.payout.currency}"


def keep_questions(
    account: ProviderAccount, kind: DiscrepancyKind, questions: Sequence[Question]
) -> None:
    """Ask each once, and end those of the kind that are not asked any more.

    One that a person has resolved is asked again only once its amounts are others.
    """
    with transaction.atomic():
        known = Discrepancy.objects.select_for_update(no_key=True).filter(
            account=account, kind=kind
        )
        kept = {each.subject: each for each in known}
        Discrepancy.objects.bulk_create(
            _new(account, each) for each in questions if each.subject not in kept
        )
        asked = {each.subject: each for each in questions}
        for subject, discrepancy in kept.items():
            _follow(discrepancy, asked.get(subject))


def _new(account: ProviderAccount, question: Question) -> Discrepancy:
    return Discrepancy(
        account=account,
        subject=question.subject,
        kind=question.kind,
        about=OF_PAYOUTS,
        reference=question.payout.ref,
        currency=question.payout.currency,
        ours=question.ours,
        theirs=question.theirs,
        at=question.at,
        payout=question.payout,
    )


def _follow(discrepancy: Discrepancy, question: Question | None) -> None:
    if question is None:
        if discrepancy.state in UNRESOLVED:
            discrepancy.state, discrepancy.resolution = DiscrepancyState.RESOLVED, Resolution.AUTO
            discrepancy.resolved_at = now()
            discrepancy.save(update_fields=["state", "resolution", "resolved_at"])
        return
    same = (discrepancy.ours, discrepancy.theirs) == (question.ours, question.theirs)
    ended = discrepancy.state == DiscrepancyState.RESOLVED
    if same and not (ended and discrepancy.resolution == Resolution.AUTO):
        return
    discrepancy.ours, discrepancy.theirs = question.ours, question.theirs
    if ended:
        discrepancy.state, discrepancy.resolution = DiscrepancyState.OPEN, ""
        discrepancy.resolved_at = None
    elif discrepancy.state == DiscrepancyState.PROPOSED:
        discrepancy.state = DiscrepancyState.INVESTIGATING
    discrepancy.seen_at = now()
    discrepancy.save(
        update_fields=["ours", "theirs", "state", "resolution", "resolved_at", "seen_at"]
    )
