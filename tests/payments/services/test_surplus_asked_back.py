"""Surplus of money that people asked back, or that was given back before."""

from __future__ import annotations

import pytest

from orders.models import Order
from orders.states import OrderState
from payments.models import Operation, Review
from payments.models.records import ReviewAct, ReviewKind
from payments.providers.base import RefundStatus
from payments.states import PaymentStatus
from tests.factories import a_refund_seen, an_attempt, an_order, captured
from tests.payments.refunding import asked_back
from tests.payments.reviewing import pays_again, press
from tests.payments.services.cast import an_expired_order, apply

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("steps", [(6000,), (5000, 6000)])
def test_what_comes_for_an_expired_order_that_was_given_back_goes_back_too(
    steps: tuple[int, ...],
) -> None:
    order, attempt = an_expired_order(stock=2)
    apply(attempt, captured(attempt, 4000))
    press(Review.objects.get(), ReviewAct.GIVE_BACK)

    payment = apply(attempt, *[captured(attempt, step) for step in steps])

    order.refresh_from_db()
    assert order.state == OrderState.EXPIRED
    assert payment.refund_pending == 6000


@pytest.mark.parametrize("steps", [(6000,), (5000, 6000)])
@pytest.mark.parametrize("first", [4000, 1000, 1])
def test_an_open_order_whose_part_was_asked_back_is_not_sold_for_the_rest(
    first: int, steps: tuple[int, ...]
) -> None:
    attempt = an_attempt(an_order())
    apply(attempt, captured(attempt, 4000))
    asked_back(attempt, first)

    payment = apply(attempt, *[captured(attempt, step) for step in steps])

    assert Order.objects.get().state == OrderState.OPEN
    assert (payment.refund_pending, payment.rest.amount) == (6000, 6000)


def test_a_refund_that_failed_and_was_asked_for_again_counts_once() -> None:
    attempt = an_attempt(an_order())
    apply(attempt, captured(attempt, 4000))
    ours = asked_back(attempt, 1000)
    refused = a_refund_seen(1000, our_ref=ours.our_ref, status=RefundStatus.FAILED)
    apply(attempt, captured(attempt, 4000, refunds=(refused,)))
    press(Review.objects.get(kind=ReviewKind.REFUND_FAILED), ReviewAct.REFUND_AGAIN)

    payment = apply(attempt, captured(attempt))

    assert payment.refund_pending == 6000


def test_a_refund_of_a_paid_order_does_not_stand_for_surplus_that_comes_later() -> None:
    attempt = an_attempt(an_order())
    apply(attempt, captured(attempt))
    asked_back(attempt, 1000)

    payment = apply(attempt, captured(attempt, 7000))

    assert payment.refund_pending == 2000
    assert set(Operation.objects.values_list("amount", flat=True)) == {1000}


def test_who_got_a_part_back_pays_the_order_another_time() -> None:
    attempt = an_attempt(an_order())
    apply(attempt, captured(attempt, 4000))
    asked_back(attempt, 4000)
    apply(attempt, captured(attempt))
    refunds = [a_refund_seen(it.amount, our_ref=it.our_ref) for it in Operation.objects.all()]
    apply(attempt, captured(attempt, refunds=tuple(refunds)))

    again = pays_again(attempt)
    payment = apply(again, captured(again))

    assert Order.objects.get().state == OrderState.CONFIRMED
    assert (payment.status, payment.refunded) == (PaymentStatus.PAID, 6000)
