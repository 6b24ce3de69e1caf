"""What a provider says of refunds in all, and says again, against what is booked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orders.money import Money
from payments.models import Attempt, Review
from payments.models.records import ReviewKind
from payments.providers.base import RefundSeen, RefundStatus
from tests.factories import GBP, a_refund_seen, an_attempt, captured
from tests.payments.refunding import asked_back
from tests.payments.services.cast import apply, open_reviews

pytestmark = pytest.mark.django_db


@pytest.fixture
def attempt() -> Attempt:
    attempt = an_attempt()
    apply(attempt, captured(attempt))
    return attempt


def made(attempt: Attempt, amount: int = 2000) -> RefundSeen:
    """Our refund as the bank made it; it is booked."""
    ours = asked_back(attempt, amount)
    told = a_refund_seen(amount, our_ref=ours.our_ref)
    apply(attempt, captured(attempt, refunds=(told,), refunded=amount))
    return told


def test_what_came_back_does_not_hide_a_refund_that_nobody_names(attempt: Attempt) -> None:
    back = replace(made(attempt), status=RefundStatus.FAILED)
    apply(attempt, captured(attempt, refunds=(back,), refunded=0))

    apply(attempt, captured(attempt, refunds=(back,), refunded=2000))

    assert open_reviews() == [ReviewKind.REFUND_FAILED, ReviewKind.REFUND_TOTAL]


def test_an_old_word_of_a_refund_that_came_back_asks_nobody(attempt: Attempt) -> None:
    told = made(attempt)
    back = replace(told, status=RefundStatus.FAILED)
    apply(attempt, captured(attempt, refunds=(back,), refunded=0))

    apply(attempt, captured(attempt, refunds=(told,), refunded=2000))

    assert open_reviews() == [ReviewKind.REFUND_FAILED]


def test_a_booked_refund_that_is_told_with_another_amount_is_for_a_person(
    attempt: Attempt,
) -> None:
    told = made(attempt)

    payment = apply(attempt, captured(attempt, refunds=(replace(told, amount=Money(3000, GBP)),)))

    assert open_reviews() == [ReviewKind.REFUND_TOTAL]
    assert payment.refunded == 2000


def test_who_looks_at_another_amount_reads_both(attempt: Attempt) -> None:
    told = replace(made(attempt), amount=Money(3000, GBP))

    apply(attempt, captured(attempt, refunds=(told,)))

    assert Review.objects.get().seen == "they say £30.00 now, £20.00 is booked"


def test_an_old_amount_of_a_refund_that_came_back_asks_nobody(attempt: Attempt) -> None:
    told = made(attempt)
    back = replace(told, status=RefundStatus.FAILED)
    apply(attempt, captured(attempt, refunds=(back,)))

    apply(attempt, captured(attempt, refunds=(replace(told, amount=Money(3000, GBP)),)))

    assert open_reviews() == [ReviewKind.REFUND_FAILED]
