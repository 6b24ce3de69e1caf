"""Ending a review: once, in the transaction of what was decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import F, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext as _

from orders.clock import now
from orders.models import Order
from orders.money import Money
from payments.errors import ReviewRefused
from payments.models import Attempt, Operation, Payment, Review
from payments.models.records import ReviewAct, ReviewKind
from payments.services.lock import lock_payment
from payments.services.room import surplus_left
from payments.sights import amount_in

ABOUT_A_REFUND: Final = frozenset({ReviewKind.EXTERNAL_REFUND, ReviewKind.REFUND_FAILED})
"""Such a review names the amount of its refund, of which we may have no reference."""


@dataclass(frozen=True, slots=True)
class Ending:
    """Which button somebody pressed on a review. `key` is the intent: it comes twice, it acts once.

    `actor` is the name of the user `by`.
    """

    review_id: int
    act: ReviewAct
    key: str
    note: str = ""
    by: int | None = None
    actor: str = "staff"


@dataclass(frozen=True, slots=True)
class Case:
    """A review with its payment and attempts, and the attempt and operation its subject names."""

    review: Review
    payment: Payment
    attempts: Sequence[Attempt]
    operation: Operation | None

    @property
    def attempt(self) -> Attempt | None:
        if self.operation:
            return next(each for each in self.attempts if each.pk == self.operation.attempt_id)
        ref = self.review.subject_ref.partition(":")[0]
        return next((each for each in self.attempts if each.our_ref == ref), None)

    @property
    def about(self) -> Money:
        """The money in question: of the refund or capture, of the attempt, or all that is owed.

        Of a wrong amount it is what came, not what was asked for.
        """
        attempt, kind = self.attempt, self.review.kind
        if self.operation:
            return self.payment.money(self.operation.amount)
        if kind in ABOUT_A_REFUND and (named := amount_in(self.review.facts)):
            return named
        if attempt is None:
            return self.payment.due
        if kind == ReviewKind.SURPLUS:
            return self.payment.money(surplus_left(attempt) or attempt.surplus)
        came = attempt.captured if kind == ReviewKind.WRONG_AMOUNT else 0
        return self.payment.money(came or attempt.held or attempt.amount)


def all_cases(reviews: Sequence[Review]) -> list[Case]:
    """The cases of reviews of any payments, read with their orders; two statements for all."""
    payments = {review.payment_id: review.payment for review in reviews}
    attempts: dict[int, list[Attempt]] = {key: [] for key in payments}
    for attempt in Attempt.objects.filter(payment__in=payments).order_by("pk") if payments else ():
        attempt.payment = payments[attempt.payment_id]
        attempts[attempt.payment_id].append(attempt)
    named = {review.subject_ref for review in reviews}
    operations = Operation.objects.filter(our_ref__in=named) if named else ()
    by_ref = {each.our_ref: each for each in operations}
    return [
        Case(
            each,
            payments[each.payment_id],
            attempts[each.payment_id],
            by_ref.get(each.subject_ref),
        )
        for each in reviews
    ]


def cases_of(payment: Payment, reviews: Sequence[Review]) -> list[Case]:
    """The cases of reviews of one payment, in two statements however many they are."""
    attempts = list(payment.attempts.order_by("pk")) if reviews else []
    for attempt in attempts:
        attempt.payment = payment
    return _cases(payment, attempts, reviews)


def _cases(payment: Payment, attempts: Sequence[Attempt], reviews: Sequence[Review]) -> list[Case]:
    named = [review.subject_ref for review in reviews]
    operations = Operation.objects.filter(attempt__payment=payment, our_ref__in=named)
    by_ref = {each.our_ref: each for each in operations} if named else {}
    return [Case(each, payment, attempts, by_ref.get(each.subject_ref)) for each in reviews]


def lock_case(ending: Ending) -> Case:
    """Lock the order and all of its money in the open transaction."""
    review = Review.objects.get(pk=ending.review_id)
    payment, attempts = lock_payment(Order.objects.filter(payment=review.payment_id))
    (case,) = _cases(payment, attempts, [review])
    return case


def ended_before(ending: Ending) -> bool:
    """Whether this very request has ended it; raises ReviewRefused where anything else has."""
    review = Review.objects.get(pk=ending.review_id)
    if review.resolved_at is None:
        return False
    if review.request_key == ending.key and review.act == ending.act:
        return True
    raise ReviewRefused(_("this review has ended already"))


def ended_by_answer(ending: Ending) -> bool:
    """Whether what was heard has ended it by itself; then it gets the name of who asked."""
    told = Review.objects.filter(pk=ending.review_id, resolved_at__isnull=False, act="")
    said = Concat("note", Value(f" · {ending.note}")) if ending.note else F("note")
    return bool(
        told.update(resolved_by_id=ending.by, act=ending.act, note=said, request_key=ending.key)
    )


def end(ending: Ending, *, note: str = "") -> None:
    """Close the review of a locked order; raises ReviewRefused where it is closed already.

    `note`: what was done, where that says more than what the person wrote.
    """
    said = " · ".join(part for part in (note, ending.note) if part)
    if not Review.objects.filter(pk=ending.review_id, resolved_at=None).update(
        resolved_at=now(),
        resolved_by_id=ending.by,
        act=ending.act,
        note=said[:255],
        request_key=ending.key,
    ):
        raise ReviewRefused(_("this review has ended already"))
