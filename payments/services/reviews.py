"""Asking a person, once per kind and subject."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from types import MappingProxyType
from typing import Final

from orders.clock import now
from payments.models import Operation, Payment, Review
from payments.models.records import ReviewAct, ReviewKind
from payments.sights import Fact, stored
from payments.states import UNSETTLED

SEEN_AGAIN: Final = frozenset(
    {ReviewKind.HOLD_ENDING, ReviewKind.REFUND_TOTAL, ReviewKind.MISMATCH}
)
"""Every sight of the same facts asks for these: who has ended one is asked of new facts only.

One that an answer has ended is asked anew, should the next answer be as wrong as before.
"""

LONGEST_SUBJECT: Final = 120
NOTHING_MORE: Final[Mapping[str, Fact]] = MappingProxyType({})


def open_review(
    kind: ReviewKind,
    payment: Payment,
    *,
    subject: str,
    detail: str,
    facts: Mapping[str, Fact] = NOTHING_MORE,
) -> None:
    """Open a review in the transaction of its cause; while one is open, nothing changes.

    `facts` fill the gaps of `detail` whenever somebody reads it.
    """
    review = Review(
        kind=kind,
        payment=payment,
        subject_ref=bounded(subject),
        detail=detail[:255],
        facts=stored(facts),
    )
    if kind in SEEN_AGAIN and _was_asked(review):
        return
    Review.objects.bulk_create([review], ignore_conflicts=True)


def bounded(subject: str) -> str:
    """A subject that fits its column: of a longer one the beginning, and a digest of all of it."""
    if len(subject) <= LONGEST_SUBJECT:
        return subject
    digest = sha256(subject.encode()).hexdigest()[:32]
    return f"{subject[: LONGEST_SUBJECT - len(digest) - 1]}~{digest}"


def _was_asked(review: Review) -> bool:
    asked = Review.objects.filter(payment=review.payment, kind=review.kind, facts=review.facts)
    asked = asked.filter(subject_ref=review.subject_ref, detail=review.detail)
    return asked.exclude(act=ReviewAct.ASK_NOW).exists()


def end_review(
    kind: ReviewKind, payment: Payment, *, subject: str, note: str = "", detail: str = ""
) -> bool:
    """Resolve what more facts have settled, in their transaction; False where none was open.

    `detail`: only one that asks just that.
    """
    asked = Review.objects.filter(kind=kind, payment=payment, subject_ref=bounded(subject))
    if detail:
        asked = asked.filter(detail=detail)
    return asked.filter(resolved_at=None).update(resolved_at=now(), note=note[:255]) > 0


def end_question(operation: Operation) -> None:
    """What was given up without an answer has one after all; to call before it moves on."""
    if operation.next_run_at is None and operation.status in UNSETTLED:
        payment = operation.attempt.payment
        end_review(ReviewKind.NO_ANSWER, payment, subject=operation.our_ref)
