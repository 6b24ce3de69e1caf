"""Closing a review: a person has looked at it."""

from __future__ import annotations

from orders.clock import now
from payments.models import Review


def resolve_review(*, review_id: int, resolved_by: int | None) -> bool:
    """Note who settled an open review; False where it was closed already, which stays as it was."""
    still_open = Review.objects.filter(pk=review_id, resolved_at__isnull=True)
    return still_open.update(resolved_at=now(), resolved_by_id=resolved_by) == 1
