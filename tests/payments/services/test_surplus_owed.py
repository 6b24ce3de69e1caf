"""What surplus says to a person, and what of it is owed."""

from __future__ import annotations

import pytest

from demo.models import Product
from orders.money import Money
from orders.states import OrderState
from payments.models import Operation, Review
from payments.models.records import ReviewKind
from payments.providers.base import DisputeSeen, DisputeStatus, Status
from payments.states import OperationStatus
from tests.factories import a_refund_seen, an_attempt, an_order, captured, seen
from tests.payments.services.cast import an_expired_order, apply

pytestmark = pytest.mark.django_db


def words(kind: ReviewKind) -> tuple[str, str]:
    """The subject of the one open review of a kind, and what staff read."""
    review = Review.objects.get(kind=kind, resolved_at=None)
    return review.subject_ref, review.seen


def test_less_than_was_asked_for_says_both() -> None:
    attempt = an_attempt(an_order())

    apply(attempt, captured(attempt, 5999))

    said = "captured £59.99, asked for £60.00"
    assert words(ReviewKind.WRONG_AMOUNT) == (attempt.our_ref, said)


@pytest.mark.parametrize(("gone", "left"), [(1, "£59.99"), (7000, "£0.00")])
def test_surplus_that_is_not_all_there_says_how_much_is(gone: int, left: str) -> None:
    _order, attempt = an_expired_order(stock=0)
    dispute = DisputeSeen("dp_1", Money(gone, "GBP"), DisputeStatus.OPEN)

    apply(attempt, captured(attempt, disputes=(dispute,)))

    said = f"surplus of £60.00, {left} can still be given back"
    assert words(ReviewKind.SURPLUS) == (attempt.our_ref, said)


def test_surplus_that_went_back_elsewhere_before_it_was_seen_is_for_a_person() -> None:
    _order, attempt = an_expired_order(stock=0)
    early = a_refund_seen(1000)

    apply(attempt, seen(attempt, Status.PROCESSING, refunds=(early,)), captured(attempt))

    said = "surplus of £60.00, £50.00 can still be given back"
    assert words(ReviewKind.SURPLUS) == (attempt.our_ref, said)


def test_what_is_owed_back_is_reserved_for_it() -> None:
    _order, attempt = an_expired_order(stock=0)

    payment = apply(attempt, captured(attempt))

    refund = Operation.objects.get()
    assert (payment.refund_pending, refund.attempt_id) == (6000, attempt.pk)
    assert (refund.status, refund.reason) == (OperationStatus.REQUESTED, "surplus")


def test_a_part_of_an_order_that_has_expired_revives_nothing() -> None:
    order, attempt = an_expired_order(stock=2)

    apply(attempt, captured(attempt, 5999))

    order.refresh_from_db()
    assert order.state == OrderState.EXPIRED
    assert Product.objects.get().stock == 2
