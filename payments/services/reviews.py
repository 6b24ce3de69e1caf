"""Asking a person, once per kind and subject."""

from __future__ import annotations

from payments.models import Payment, Review
from payments.models.records import ReviewKind


def open_review(kind: ReviewKind, payment: Payment, *, subject: str, detail: str) -> None:
    """Open a review in the transaction of its cause; while one is open, nothing changes."""
    review = Review(kind=kind, payment=payment, subject_ref=subject, detail=detail[:255])
    Review.objects.bulk_create([review], ignore_conflicts=True)
