"""A refund that was given up without an answer, and of which the provider then tells."""

from __future__ import annotations

import pytest

from payments.errors import PaymentError
from payments.models import Attempt, Operation, Payment, Review
from payments.models.records import ReviewAct, ReviewKind
from payments.providers.base import Failure, RefundSeen, RefundStatus
from payments.services.give_up import refuse
from payments.states import OperationKind, OperationStatus
from tests.factories import a_payment, captured
from tests.payments.refunding import a_refund
from tests.payments.reviewing import press
from tests.payments.services.cast import apply, open_reviews

pytestmark = pytest.mark.django_db(transaction=True)
PENDING, SUCCEEDED, FAILED = RefundStatus.PENDING, RefundStatus.SUCCEEDED, RefundStatus.FAILED


@pytest.fixture
def given_up() -> Operation:
    """The provider's answer did not have it."""
    payment = a_payment(amount=6000)
    refund = a_refund(payment, 2000).operations.get()
    refuse(refund, Failure("not_sent"))
    return refund


def tell(refund: Operation, *statuses: RefundStatus, our_ref: str | None = None) -> Payment:
    attempt = Attempt.objects.get()
    named = refund.our_ref if our_ref is None else our_ref
    sights = [RefundSeen("re_1", named, attempt.money(2000), status) for status in statuses]
    payment = apply(attempt, *(captured(attempt, refunds=(seen,)) for seen in sights))
    refund.refresh_from_db()
    return payment


@pytest.mark.parametrize(
    "told",
    [(SUCCEEDED,), (PENDING, SUCCEEDED), (SUCCEEDED, PENDING), (PENDING, PENDING, SUCCEEDED)],
)
def test_it_does_not_matter_whether_a_success_was_seen_pending(
    given_up: Operation, told: tuple[RefundStatus, ...]
) -> None:
    payment = tell(given_up, *told)

    assert given_up.status == OperationStatus.SUCCEEDED
    assert (payment.refunded, payment.refund_reversed, payment.refund_pending) == (2000, 0, 0)


def test_what_is_pending_after_all_is_asked_about_until_it_is_settled(given_up: Operation) -> None:
    payment = tell(given_up, PENDING)

    assert given_up.status == OperationStatus.PENDING
    assert given_up.next_run_at
    assert payment.refund_pending == 2000


def test_what_is_pending_after_all_asks_nobody_any_more(given_up: Operation) -> None:
    tell(given_up, PENDING)

    assert open_reviews() == []


def test_what_is_pending_after_all_is_not_refunded_again(given_up: Operation) -> None:
    review = Review.objects.get(kind=ReviewKind.REFUND_FAILED)
    tell(given_up, PENDING)

    with pytest.raises(PaymentError):
        press(review, ReviewAct.REFUND_AGAIN)

    assert Operation.objects.filter(kind=OperationKind.REFUND).count() == 1


def test_who_has_refunded_again_is_told_once_that_the_first_is_made_after_all(
    given_up: Operation,
) -> None:
    press(Review.objects.get(kind=ReviewKind.REFUND_FAILED), ReviewAct.REFUND_AGAIN)

    tell(given_up, PENDING, SUCCEEDED)

    assert open_reviews() == [ReviewKind.WRONG_AMOUNT]


def test_what_was_pending_after_all_and_fails_asks_a_person_again(given_up: Operation) -> None:
    payment = tell(given_up, PENDING, FAILED)

    assert given_up.status == OperationStatus.FAILED
    assert payment.refundable.amount == 6000
    assert open_reviews() == [ReviewKind.REFUND_FAILED]


def test_an_old_word_of_pending_undoes_no_failure_that_was_told(given_up: Operation) -> None:
    payment = tell(given_up, PENDING, FAILED, PENDING)

    assert given_up.status == OperationStatus.FAILED
    assert payment.refund_pending == 0


def test_a_refund_booked_as_external_ends_the_review_of_the_one_given_up(
    given_up: Operation,
) -> None:
    tell(given_up, SUCCEEDED, our_ref="")

    payment = tell(given_up, SUCCEEDED, SUCCEEDED)

    assert open_reviews() == []
    assert payment.refunded == 2000


def test_who_has_refunded_again_is_told_of_the_external_one_once(given_up: Operation) -> None:
    press(Review.objects.get(kind=ReviewKind.REFUND_FAILED), ReviewAct.REFUND_AGAIN)
    tell(given_up, SUCCEEDED, our_ref="")

    tell(given_up, SUCCEEDED, SUCCEEDED)

    assert open_reviews() == [ReviewKind.WRONG_AMOUNT]


def test_an_external_refund_that_failed_too_asks_once(given_up: Operation) -> None:
    tell(given_up, FAILED, our_ref="")

    tell(given_up, FAILED)

    (review,) = Review.objects.filter(resolved_at=None)
    assert review.subject_ref != given_up.our_ref
