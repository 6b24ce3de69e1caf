"""Several refunds of one attempt: what is pending and what came back are sums of them all."""

from __future__ import annotations

import pytest

from payments.models import Attempt, Operation, Payment, Review
from payments.models.records import ReviewAct, ReviewKind
from payments.providers.base import Failure, RefundSeen, RefundStatus
from payments.services.give_up import refuse
from tests.factories import a_payment, captured
from tests.payments import refunding
from tests.payments.reviewing import press
from tests.payments.services.cast import apply

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def attempt() -> Attempt:
    return a_payment(amount=6000).attempts.get()


def asked_back(attempt: Attempt, amount: int) -> Operation:
    return refunding.asked_back(attempt, amount, request_key=f"form-{amount}")


def tell(attempt: Attempt, status: RefundStatus, *refunds: Operation) -> Payment:
    told = (RefundSeen(f"re_{it.our_ref}", it.our_ref, it.money, status) for it in refunds)
    return apply(attempt, captured(attempt, refunds=tuple(told)))


def test_what_is_pending_after_all_adds_to_what_is_asked_back(attempt: Attempt) -> None:
    given_up = asked_back(attempt, 2000)
    refuse(given_up, Failure("not_sent"))
    asked_back(attempt, 1000)

    payment = tell(attempt, RefundStatus.PENDING, given_up)

    assert payment.refund_pending == 3000


def test_refunds_that_come_back_one_after_the_other_add_up(attempt: Attempt) -> None:
    refunds = [asked_back(attempt, 2000), asked_back(attempt, 1000)]
    tell(attempt, RefundStatus.SUCCEEDED, *refunds)

    payment = [tell(attempt, RefundStatus.FAILED, refund) for refund in refunds][-1]

    assert (payment.refunded, payment.refund_reversed) == (3000, 3000)


def test_who_has_refunded_again_reads_how_much_goes_back_after_all(attempt: Attempt) -> None:
    given_up = asked_back(attempt, 2000)
    refuse(given_up, Failure("not_sent"))
    press(Review.objects.get(kind=ReviewKind.REFUND_FAILED), ReviewAct.REFUND_AGAIN)

    tell(attempt, RefundStatus.SUCCEEDED, given_up)

    said = "£20.00 was taken for refused, and goes back after all"
    assert Review.objects.get(resolved_at=None).seen == said
