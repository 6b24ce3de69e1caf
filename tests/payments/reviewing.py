"""Reviews as they come to be, and the buttons pressed on them."""

from __future__ import annotations

import itertools

from orders.models import Order
from payments.models import Attempt, Payment, Review
from payments.models.records import ReviewAct, ReviewKind
from payments.providers.base import RefundStatus
from payments.registry import PaymentOption
from payments.services.apply import apply_outcome
from payments.services.ending import Ending
from payments.services.open import try_again
from payments.services.resolve import resolve_review
from payments.services.reviews import open_review
from tests.factories import a_refund_seen, an_attempt, an_order, captured
from tests.payments.refunding import a_refund

_keys = itertools.count(1)


def a_review(
    payment: Payment, kind: ReviewKind = ReviewKind.REFUND_FAILED, *, subject: str = "R1"
) -> Review:
    open_review(kind, payment, subject=subject, detail="£5.00: declined")
    return Review.objects.get(subject_ref=subject, kind=kind, resolved_at=None)


def a_failed_refund(payment: Payment, amount: int = 1500) -> Review:
    """The review of a refund that the bank of the shopper did not take."""
    refund = a_refund(payment, amount, note="cracked", request_key="first").operations.get()
    attempt = payment.attempts.get()
    told = a_refund_seen(amount, our_ref=refund.our_ref, status=RefundStatus.FAILED)
    apply_outcome(
        attempt_id=attempt.pk, outcome=captured(attempt, refunds=(told,)), source="webhook"
    )
    return Review.objects.get(subject_ref=refund.our_ref)


def pressing(review: Review, act: ReviewAct, *, key: str = "", by: int | None = None) -> Ending:
    return Ending(review.pk, act, key or f"key{next(_keys)}", note="as agreed by mail", by=by)


def press(review: Review, act: ReviewAct, *, key: str = "") -> bool:
    """Press a button; whether this did something."""
    return resolve_review(pressing(review, act, key=key))


def close(review: Review, *, by: int | None = None) -> bool:
    """Resolve it with a note."""
    return resolve_review(pressing(review, ReviewAct.NOTE, by=by))


def short_of_60(came: int = 4000) -> tuple[Attempt, Review]:
    """An attempt of 60.00 of which so much came, and the review of it."""
    attempt = an_attempt(an_order(amount=6000))
    apply_outcome(attempt_id=attempt.pk, outcome=captured(attempt, came), source="test")
    return attempt, Review.objects.get(subject_ref=attempt.our_ref)


def pays_again(attempt: Attempt) -> Attempt:
    """Another attempt over whatever is asked for."""
    option = PaymentOption(attempt.account_id, attempt.account.code, "card")
    again, fresh = try_again(payment_id=attempt.payment_id, option=option)
    assert fresh
    return again


def state_of(attempt: Attempt) -> tuple[str, str]:
    order = Order.objects.select_related("payment").get(payment__attempts=attempt)
    return order.state, order.payment.status


def refunds_a_part(attempt: Attempt, amount: int, *, made: int | None = None) -> None:
    """Staff refund so much of an attempt that brought 40.00; the bank makes it so, or `made`."""
    refund = a_refund(attempt.payment, amount, request_key="k").operations.get()
    seen = (a_refund_seen(made or amount, our_ref=refund.our_ref),)
    told = captured(attempt, 4000, refunds=seen)
    apply_outcome(attempt_id=attempt.pk, outcome=told, source="test")
