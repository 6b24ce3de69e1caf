"""Discrepancies of payouts and of the bank: few of them, kept as what they are found to be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Q

from orders.clock import now
from payments.models import Discrepancy, Payout, ProviderAccount
from payments.models.discrepancy import (
    OF_PAYOUTS,
    UNDECIDED,
    UNRESOLVED,
    DiscrepancyKind,
    DiscrepancyState,
    Resolution,
)
from payments.reconciliation.resolve import BOOKED, settle_by_itself, undo
from payments.reconciliation.rows import slices

SOME: Final = 500


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

    One that a person has resolved is asked again only once its amounts are others; who decided
    about those has decided nothing about these.
    """
    asked = {each.subject: each for each in questions}
    concerned = [Q(state__in=UNRESOLVED) | Q(resolution__in=BOOKED)]
    concerned += [Q(subject__in=some) for some in slices(sorted(asked), SOME)]
    with transaction.atomic():
        known = Discrepancy.objects.select_for_update(no_key=True).order_by("pk")
        of_kind = known.filter(account=account, kind=kind)
        rows = list({row.pk: row for some in concerned for row in of_kind.filter(some)}.values())
        kept = {each.subject for each in rows}
        Discrepancy.objects.bulk_create(
            _new(account, each) for each in questions if each.subject not in kept
        )
        gone = [each.pk for each in rows if each.subject not in asked]
        settle_by_itself(gone)
        undo(gone)
        for row in rows:
            if row.subject in asked:
                _follow(row, asked[row.subject])


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


def _follow(discrepancy: Discrepancy, question: Question) -> None:
    same = (discrepancy.ours, discrepancy.theirs) == (question.ours, question.theirs)
    ended = discrepancy.state == DiscrepancyState.RESOLVED
    if same and not (ended and discrepancy.resolution == Resolution.AUTO):
        return
    discrepancy.ours, discrepancy.theirs = question.ours, question.theirs
    if ended:
        discrepancy.state, discrepancy.resolved_at = DiscrepancyState.OPEN, None
    elif discrepancy.state == DiscrepancyState.PROPOSED:
        discrepancy.state = DiscrepancyState.INVESTIGATING
    for name, none in UNDECIDED.items():
        setattr(discrepancy, name, none)
    discrepancy.seen_at = now()
    discrepancy.save(
        update_fields=["ours", "theirs", "state", "resolved_at", "seen_at", *UNDECIDED]
    )
