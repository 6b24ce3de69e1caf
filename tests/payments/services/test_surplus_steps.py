"""Surplus at its edges: the smallest, beside refunds made elsewhere, and of a hold."""

from __future__ import annotations

import pytest

from orders.clock import clock_at, now
from orders.models import Order
from orders.money import Money
from orders.states import OrderState
from payments.models import Attempt, Operation, Review
from payments.models.records import ReviewKind
from payments.providers.base import DisputeSeen, DisputeStatus
from payments.services.cancel import cancel_order
from payments.states import OperationStatus
from tests.factories import GBP, a_refund_seen, an_attempt, an_order, captured
from tests.payments.services.cast import a_hold, apply, capture, held, open_reviews

pytestmark = pytest.mark.django_db


def test_the_smallest_surplus_goes_back_too() -> None:
    attempt = an_attempt(an_order())

    payment = apply(attempt, captured(attempt, 6001))

    assert (payment.surplus, payment.refund_pending) == (1, 1)


def test_a_refund_made_elsewhere_before_the_rest_came_leaves_the_order_sold() -> None:
    attempt = an_attempt(an_order())
    elsewhere = (a_refund_seen(1000),)

    apply(attempt, captured(attempt, 4000, refunds=elsewhere), captured(attempt, refunds=elsewhere))

    assert Order.objects.get().state == OrderState.CONFIRMED


def test_what_went_back_elsewhere_before_the_order_was_cancelled_is_not_owed_once_more() -> None:
    attempt = an_attempt(an_order())
    elsewhere = (a_refund_seen(1000),)
    apply(attempt, captured(attempt, 4000, refunds=elsewhere))
    cancel_order(payment_id=attempt.payment_id, actor="clerk", reason="gone", requested_by=None)

    payment = apply(attempt, captured(attempt, 6000, refunds=elsewhere))

    assert payment.refund_pending == 5000
    assert ReviewKind.SURPLUS not in open_reviews()


@pytest.fixture
def overcharged() -> Attempt:
    """A hold of which more was charged than we asked for."""
    hold = a_hold()
    apply(hold, held(hold))
    capture(hold, 2000, final=False)
    apply(hold, held(hold, captured=3000))
    return hold


def test_more_of_a_hold_than_was_asked_for_says_both(overcharged: Attempt) -> None:
    review = Review.objects.get(kind=ReviewKind.WRONG_AMOUNT)

    assert review.subject_ref == overcharged.our_ref
    assert review.seen == "captured £30.00, asked for £20.00"


def test_an_overcharged_hold_stays_a_question_when_more_is_asked_for(overcharged: Attempt) -> None:
    capture(overcharged, 1500, final=False)

    apply(overcharged, held(overcharged, captured=3500))

    assert ReviewKind.WRONG_AMOUNT in open_reviews()


def gone(amount: int) -> DisputeSeen:
    return DisputeSeen("dp_1", Money(amount, GBP), DisputeStatus.LOST)


def test_surplus_that_is_not_sent_any_more_says_when_and_why() -> None:
    attempt, moment = an_attempt(an_order()), now()
    apply(attempt, captured(attempt, 7000))

    with clock_at(lambda: moment):
        apply(attempt, captured(attempt, 8000, disputes=(gone(7500),)))

    refund = Operation.objects.get()
    assert (refund.status, refund.error_code) == (OperationStatus.FAILED, "disputed")
    assert refund.settled_at == moment


def test_surplus_that_grows_leaves_that_of_others_as_it_is() -> None:
    first, second = an_attempt(an_order()), an_attempt(an_order())
    apply(first, captured(first, 7000))

    apply(second, captured(second, 7000), captured(second, 8000))

    amounts = Operation.objects.order_by("pk").values_list("attempt_id", "amount")
    assert list(amounts) == [(first.pk, 1000), (second.pk, 2000)]


def test_surplus_after_a_question_that_was_settled_goes_back_by_itself() -> None:
    attempt = an_attempt(an_order())
    apply(attempt, captured(attempt, 8000, disputes=(gone(6500),)))
    Review.objects.update(resolved_at=now())

    apply(attempt, captured(attempt, 9000, disputes=(gone(6500),)))

    assert Operation.objects.get().amount == 1000
