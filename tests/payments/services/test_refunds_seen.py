"""A refund as it is told: booked once under whichever name it comes, at the cost of what is new."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders.clock import now
from orders.money import Money
from payments.models import (
    Attempt,
    Operation,
    Payment,
    ProviderAccount,
    ProviderObject,
    Review,
)
from payments.models.records import ReviewKind
from payments.providers.base import RefundSeen, RefundStatus
from payments.services.check_ledger import faults
from payments.services.refunds_seen import move_refund
from payments.states import OperationStatus
from tests.factories import GBP, a_payment, a_refund_seen, captured
from tests.payments.refunding import a_refund
from tests.payments.services.cast import apply, open_reviews

pytestmark = pytest.mark.django_db


@pytest.fixture
def attempt() -> Attempt:
    return a_payment().attempts.get()


def asked_back(attempt: Attempt, amount: int = 3000) -> Operation:
    return a_refund(attempt.payment, amount, note="broken").operations.get()


def tell(attempt: Attempt, *refunds: RefundSeen) -> Payment:
    return apply(attempt, captured(attempt, refunds=refunds))


def made(name: str, our_ref: str = "", amount: int = 3000) -> RefundSeen:
    return RefundSeen(name, our_ref, Money(amount, GBP), RefundStatus.SUCCEEDED)


@pytest.mark.parametrize("status", [RefundStatus.PENDING, RefundStatus.SUCCEEDED])
def test_a_refund_first_told_without_our_reference_is_booked_once(
    attempt: Attempt, status: RefundStatus
) -> None:
    operation = asked_back(attempt)
    tell(attempt, RefundSeen("re_1", "", Money(3000, GBP), status))

    payment = tell(attempt, made("re_1", operation.our_ref))

    assert (payment.refunded, payment.refund_reversed, payment.refund_pending) == (3000, 0, 0)
    assert open_reviews() == []
    assert list(faults()) == []


def test_our_refund_that_is_booked_under_its_first_name_is_not_sent_any_more(
    attempt: Attempt,
) -> None:
    operation = asked_back(attempt)

    for ref in ("", operation.our_ref, operation.our_ref):
        tell(attempt, made("re_1", ref))

    operation.refresh_from_db()
    assert (operation.status, operation.error_code) == (OperationStatus.FAILED, "booked_before")
    assert operation.next_run_at is None


def test_a_refund_without_any_name_is_not_booked_but_questioned_however_often(
    attempt: Attempt,
) -> None:
    payments = [tell(attempt, made("")) for _ in range(2)]

    assert payments[-1].refunded == 0
    assert open_reviews() == [ReviewKind.MISMATCH]
    assert Review.objects.get().seen == "a refund of £30.00 without an id"


def test_an_external_refund_whose_id_is_kept_for_something_else_is_booked_once(
    attempt: Attempt,
) -> None:
    ProviderObject.objects.create(
        account=attempt.account, kind="refund", object_id="re_1", attempt=attempt
    )

    payments = [tell(attempt, made("re_1")) for _ in range(2)]

    assert payments[-1].refunded == 3000


def test_a_sight_without_news_costs_the_same_however_many_refunds_it_tells(
    attempt: Attempt,
) -> None:
    costs = []
    for count in (1, 10):
        refunds = [made(f"re_{number}", amount=100) for number in range(count)]
        tell(attempt, *refunds)
        with CaptureQueriesContext(connection) as statements:
            tell(attempt, *refunds)
        costs.append(len(statements))

    assert costs[0] == costs[1]


def test_booking_a_refund_leaves_what_its_worker_keeps_of_it(attempt: Attempt) -> None:
    operation = asked_back(attempt)
    Operation.objects.update(tries=3, first_sent_at=now())

    move_refund(attempt, operation, a_refund_seen(3000, our_ref=operation.our_ref))

    operation.refresh_from_db()
    assert operation.tries == 3
    assert operation.first_sent_at


@pytest.mark.parametrize("length", [40, 120])
def test_refunds_with_long_ids_are_reviewed_one_by_one(attempt: Attempt, length: int) -> None:
    ProviderAccount.objects.update(code="c" * 40)
    for last in "ab":
        tell(attempt, made("r" * (length - 1) + last, amount=500))

    subjects = Review.objects.values_list("subject_ref", flat=True)
    assert len({*subjects}) == 2
    assert all(len(subject) <= 120 for subject in subjects)


def test_a_review_under_a_long_id_ends_where_our_refund_is_booked_before(attempt: Attempt) -> None:
    ProviderAccount.objects.update(code="c" * 40)
    refund = asked_back(attempt)
    tell(attempt, made("r" * 120))

    tell(attempt, made("r" * 120, refund.our_ref))

    assert open_reviews() == []
