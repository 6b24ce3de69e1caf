"""Asking a person, once per kind and subject."""

from __future__ import annotations

from orders.clock import now
from payments.models import Payment, Review
from payments.models.records import ReviewKind


def open_review(kind: ReviewKind, payment: Payment, *, subject: str, detail: str) -> None:
    """Open a review in the transaction of its cause; while one is open, nothing changes."""
    review = Review(kind=kind, payment=payment, subject_ref=subject, detail=detail[:255])
    Review.objects.bulk_create([review], ignore_conflicts=True)


def end_review(kind: ReviewKind, payment: Payment, *, subject: str) -> None:
    """Resolve what more facts have settled, in their transaction. A second call changes nothing."""
    asked = Review.objects.filter(kind=kind, payment=payment, subject_ref=subject)
    asked.filter(resolved_at=None).update(resolved_at=now())
