"""Refunds: asked for once, never above what is refundable, told to the shopper."""

from __future__ import annotations

import itertools

import pytest

from orders.clock import now
from orders.models import Mail
from orders.money import Money
from payments.errors import RefundRefused
from payments.models import Operation, Payment, Review
from payments.models.records import ReviewAct, ReviewKind
from payments.providers.base import Outcome, RefundSeen, RefundStatus, Status
from payments.services.apply import apply_outcome
from payments.services.refund import RefundDraft, request_refund
from payments.states import OperationStatus, PaymentStatus
from tests.factories import (
    GBP,
    UserFactory,
    a_payment,
    a_refund_seen,
    an_attempt,
    captured,
)
from tests.payments.refunding import a_refund
from tests.payments.reviewing import a_review, press
from tests.payments.services.cast import open_reviews

pytestmark = pytest.mark.django_db


def ask(payment: Payment, amount: int, *, key: str = "form-1", currency: str = GBP) -> Operation:
    draft = RefundDraft(payment.pk, Money(amount, currency), key, note="broken")
    return request_refund(draft)[0].operations.get()


def tell(operation: Operation, status: RefundStatus) -> Payment:
    attempt = operation.attempt
    refund = a_refund_seen(operation.amount, our_ref=operation.our_ref, status=status)
    outcome = captured(attempt, refunds=(refund,))
    apply_outcome(attempt_id=attempt.pk, outcome=outcome, source="test")
    return Payment.objects.get(pk=attempt.payment_id)


def test_a_request_sets_the_amount_aside() -> None:
    payment = a_payment()

    ask(payment, 2000)

    payment.refresh_from_db()
    assert (payment.refund_pending, payment.refundable.amount) == (2000, 4000)


def test_the_same_request_twice_is_one_refund() -> None:
    payment = a_payment()

    assert ask(payment, 2000).pk == ask(payment, 2000).pk
    assert Payment.objects.get().refund_pending == 2000


def test_only_the_call_that_made_a_refund_is_told_that_it_did() -> None:
    payment = a_payment()
    draft = RefundDraft(payment.pk, payment.money(2000), "form-1")

    made = [request_refund(draft)[1] for _ in range(2)]

    assert made == [True, False]


def test_a_refund_keeps_who_asked_for_it() -> None:
    staff = UserFactory.create()
    payment = a_payment()

    operation = a_refund(payment, 2000, note="broken", requested_by=staff.pk).operations.get()

    operation.refresh_from_db()
    assert (operation.requested_by, operation.reason) == (staff, "broken")


def test_a_request_key_cannot_be_used_for_another_amount() -> None:
    payment = a_payment()
    ask(payment, 2000)

    with pytest.raises(RefundRefused):
        ask(payment, 3000)
    assert Payment.objects.get().refund_pending == 2000


@pytest.mark.parametrize(("amount", "currency"), [(6001, GBP), (0, GBP), (-1, GBP), (100, "EUR")])
def test_an_impossible_amount_is_refused_and_sets_nothing_aside(amount: int, currency: str) -> None:
    payment = a_payment()

    with pytest.raises(RefundRefused):
        ask(payment, amount, currency=currency)
    assert not Operation.objects.exists()
    assert Payment.objects.get().refund_pending == 0


def test_the_smallest_payment_there_is_can_be_refunded() -> None:
    operation = ask(a_payment(amount=1), 1)

    assert operation.amount == 1


def test_an_unpaid_order_has_nothing_to_refund() -> None:
    payment = an_attempt().payment

    with pytest.raises(RefundRefused):
        ask(payment, 100)


def test_what_is_on_its_way_cannot_be_asked_for_again() -> None:
    payment = a_payment()
    ask(payment, 4000)

    with pytest.raises(RefundRefused):
        ask(payment, 2001, key="form-2")


def test_a_refund_that_succeeds_is_counted_and_told() -> None:
    operation = ask(a_payment(), 6000)

    payment = tell(operation, RefundStatus.SUCCEEDED)

    assert (payment.refunded, payment.refund_pending) == (6000, 0)
    assert payment.status == PaymentStatus.REFUNDED
    assert Mail.objects.get(kind="refund").subject_ref == operation.our_ref


def test_a_success_seen_twice_counts_and_tells_once() -> None:
    operation = ask(a_payment(), 2500)

    tell(operation, RefundStatus.SUCCEEDED)
    payment = tell(operation, RefundStatus.SUCCEEDED)

    assert payment.refunded == 2500
    assert Mail.objects.filter(kind="refund").count() == 1


def test_a_pending_refund_stays_set_aside_and_tells_nobody() -> None:
    operation = ask(a_payment(), 2500)

    payment = tell(operation, RefundStatus.PENDING)

    assert (payment.refunded, payment.refund_pending) == (0, 2500)
    assert not Mail.objects.filter(kind="refund").exists()


def test_a_refund_that_fails_gives_the_amount_back_and_asks_a_person() -> None:
    operation = ask(a_payment(), 2500)

    payment = tell(operation, RefundStatus.FAILED)

    operation.refresh_from_db()
    assert operation.status == OperationStatus.FAILED
    assert payment.refundable.amount == 6000
    assert Review.objects.get().kind == ReviewKind.REFUND_FAILED


def refuse(operation: Operation) -> Payment:
    """Book what a refusal of our request means: it has failed, and the provider told nothing."""
    refund = RefundSeen("", operation.our_ref, operation.money, RefundStatus.FAILED)
    outcome = Outcome(status=Status.CAPTURED, refunds=(refund,))
    apply_outcome(attempt_id=operation.attempt_id, outcome=outcome, source="test")
    return Payment.objects.get(pk=operation.attempt.payment_id)


def test_a_refund_taken_for_refused_and_made_after_all_has_succeeded() -> None:
    operation = ask(a_payment(), 2500)
    refuse(operation)

    payment = tell(operation, RefundStatus.SUCCEEDED)

    operation.refresh_from_db()
    assert operation.status == OperationStatus.SUCCEEDED
    assert (payment.refunded, payment.refund_pending) == (2500, 0)


def test_a_refund_made_after_all_ends_the_question_whether_to_make_it_again() -> None:
    operation = ask(a_payment(), 2500)
    refuse(operation)

    tell(operation, RefundStatus.SUCCEEDED)

    assert open_reviews() == []


@pytest.mark.parametrize("act", [ReviewAct.REFUND_AGAIN, ReviewAct.ELSEWHERE, ReviewAct.NOTE])
def test_a_refund_made_after_all_that_somebody_had_decided_about_is_told(act: ReviewAct) -> None:
    operation = ask(a_payment(), 2500)
    refuse(operation)
    press(Review.objects.get(kind=ReviewKind.REFUND_FAILED), act)

    tell(operation, RefundStatus.SUCCEEDED)

    assert open_reviews() == [ReviewKind.WRONG_AMOUNT]


def test_a_refund_that_was_made_is_not_made_again_by_an_old_review() -> None:
    operation = ask(a_payment(), 2500)
    tell(operation, RefundStatus.SUCCEEDED)
    review = a_review(operation.attempt.payment, subject=operation.our_ref)

    with pytest.raises(RefundRefused):
        press(review, ReviewAct.REFUND_AGAIN)
    assert Operation.objects.count() == 1


def test_a_success_told_after_the_failure_it_came_before_asks_nobody_again() -> None:
    operation = ask(a_payment(), 2500)
    tell(operation, RefundStatus.FAILED)
    press(Review.objects.get(kind=ReviewKind.REFUND_FAILED), ReviewAct.REFUND_AGAIN)

    tell(operation, RefundStatus.SUCCEEDED)

    assert open_reviews() == []


@pytest.mark.parametrize(
    "sights",
    list(itertools.permutations(RefundStatus)),
    ids=str,
)
def test_a_refund_that_bounced_ends_the_same_in_every_order_of_sight(
    sights: tuple[RefundStatus, ...],
) -> None:
    operation = ask(a_payment(), 2500)

    payment = [tell(operation, status) for status in sights][-1]

    operation.refresh_from_db()
    assert operation.status == OperationStatus.REVERSED
    assert (payment.refunded, payment.refund_reversed, payment.refund_pending) == (2500, 2500, 0)


def test_what_really_moved_is_booked_and_a_person_is_told() -> None:
    operation = ask(a_payment(), 2500)
    attempt = operation.attempt
    less = a_refund_seen(2000, our_ref=operation.our_ref)

    apply_outcome(attempt_id=attempt.pk, outcome=captured(attempt, refunds=(less,)), source="test")

    payment = Payment.objects.get()
    assert (payment.refunded, payment.refund_pending) == (2000, 0)
    assert Review.objects.get().kind == ReviewKind.WRONG_AMOUNT
    assert Mail.objects.get(kind="refund").context["amount"] == 2000


def test_a_total_that_the_refunds_do_not_add_up_to_is_reviewed() -> None:
    attempt = a_payment().attempts.get()

    apply_outcome(attempt_id=attempt.pk, outcome=captured(attempt, refunded=900), source="test")

    assert Review.objects.get().kind == ReviewKind.REFUND_TOTAL


@pytest.mark.parametrize(("told", "asked"), [(900, 0), (1000, 1)])
def test_a_total_that_a_person_has_looked_at_is_reviewed_anew_once_it_grows(
    told: int, asked: int
) -> None:
    attempt = a_payment().attempts.get()
    apply_outcome(attempt_id=attempt.pk, outcome=captured(attempt, refunded=900), source="test")
    Review.objects.update(resolved_at=now())

    apply_outcome(attempt_id=attempt.pk, outcome=captured(attempt, refunded=told), source="test")

    assert Review.objects.filter(resolved_at=None).count() == asked
