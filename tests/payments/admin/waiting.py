"""What waits for a person, and the page on which it stands."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse

from orders.clock import now
from payments.models import Attempt, Dispute, Review
from payments.models.records import ReviewKind
from payments.states import DisputeState
from tests.payments.admin.cast import staff

QUEUE = reverse("admin:payments_queue")
SEE_REVIEWS, SEE_DISPUTES = "payments.view_review", "payments.view_dispute"


def a_review(
    attempt: Attempt, kind: ReviewKind = ReviewKind.BAD_ANSWER, *, hours: int = 1, subject: str = ""
) -> Review:
    return Review.objects.create(
        kind=kind,
        payment=attempt.payment,
        subject_ref=subject or attempt.our_ref,
        opened_at=now() - timedelta(hours=hours),
    )


def a_dispute(attempt: Attempt, *, days: int | None = 3) -> Dispute:
    """An open dispute with the review that it opens; evidence is due in so many days."""
    ref = f"dp_{attempt.pk}_{Dispute.objects.count()}"
    a_review(attempt, ReviewKind.DISPUTE, subject=ref)
    return Dispute.objects.create(
        account=attempt.account,
        attempt=attempt,
        provider_id=ref,
        amount=500,
        status=DisputeState.OPEN,
        evidence_due_at=None if days is None else now() + timedelta(days=days),
    )


def titles(client_sees: list[str], **query: str) -> list[str]:
    """The sections and titles that somebody with these permissions reads."""
    page = staff(*client_sees).get(QUEUE, query)
    return [str(row.title) for part in page.context["parts"] for row in part.rows]


def sections(*permissions: str) -> list[str]:
    page = staff(*permissions).get(QUEUE)
    return [part.section.name for part in page.context["parts"]]
