"""Money that went back is not given back once more by another button or page."""

from __future__ import annotations

import pytest

from payments.errors import RefundRefused
from payments.models import Attempt, Operation, Payment, Review
from payments.models.records import ReviewAct, ReviewKind
from payments.providers.base import RefundStatus, Status
from tests.factories import a_refund_seen, an_attempt, an_order, captured, seen
from tests.payments.refunding import asked_back
from tests.payments.reviewing import pays_again, press
from tests.payments.services.cast import apply

pytestmark = pytest.mark.django_db


def fail_the_refund(attempt: Attempt) -> Review:
    """The bank refuses the one refund there is; the review of it."""
    ours = Operation.objects.get()
    told = a_refund_seen(ours.amount, our_ref=ours.our_ref, status=RefundStatus.FAILED)
    apply(attempt, captured(attempt, attempt.captured, refunds=(told,)))
    return Review.objects.get(kind=ReviewKind.REFUND_FAILED)


@pytest.fixture
def overpaid() -> Attempt:
    """An order of 60.00 that brought 110.00."""
    attempt = an_attempt(an_order(amount=6000))
    apply(attempt, captured(attempt, 11000))
    attempt.refresh_from_db()
    return attempt


def test_surplus_that_staff_gave_back_by_the_page_is_not_refunded_again(overpaid: Attempt) -> None:
    review = fail_the_refund(overpaid)
    asked_back(overpaid, 5000)

    with pytest.raises(RefundRefused):
        press(review, ReviewAct.REFUND_AGAIN)

    assert Payment.objects.get().refund_pending == 5000


def test_surplus_that_staff_gave_back_by_the_page_did_not_go_elsewhere(overpaid: Attempt) -> None:
    review = fail_the_refund(overpaid)
    asked_back(overpaid, 5000)

    with pytest.raises(RefundRefused):
        press(review, ReviewAct.ELSEWHERE)

    assert Payment.objects.get().returned_elsewhere == 0


def test_a_refund_takes_the_money_of_the_order_and_not_surplus_that_staff_decide_about() -> None:
    left = an_attempt(an_order(amount=6000))
    apply(left, seen(left, Status.DECLINED))
    paid = pays_again(left)
    apply(paid, captured(paid))
    apply(left, captured(left))
    left.refresh_from_db()
    fail_the_refund(left)

    assert asked_back(paid, 2000).attempt_id == paid.pk
