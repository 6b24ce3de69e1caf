"""Asking a person, once per kind and subject."""

from __future__ import annotations

from typing import Final

from orders.clock import now
from payments.models import Payment, Review
from payments.models.records import ReviewKind

SEEN_AGAIN: Final = frozenset({ReviewKind.HOLD_ENDING, ReviewKind.REFUND_TOTAL})
"""Every sight of the same facts asks for these: who has ended one is asked of new figures only."""


def open_review(kind: ReviewKind, payment: Payment, *, subject: str, detail: str) -> None:
    """Open a review in the transaction of its cause; while one is open, nothing changes."""
    review = Review(kind=kind, payment=payment, subject_ref=subject, detail=detail[:255])
    if kind in SEEN_AGAIN and _was_asked(review):
        return
    Review.objects.bulk_create([review], ignore_conflicts=True)


def _was_asked(review: Review) -> bool:
    asked = Review.objects.filter(payment=review.payment, kind=review.kind, detail=review.detail)
    return asked.filter(subject_ref=review.subject_ref).exists()


def end_review(kind: ReviewKind, payment: Payment, *, subject: str, note: str = "") -> bool:
    """Resolve what more facts have settled, in their transaction; False where none was open."""
    asked = Review.objects.filter(kind=kind, payment=payment, subject_ref=subject)
    return asked.filter(resolved_at=None).update(resolved_at=now(), note=note[:255]) > 0
