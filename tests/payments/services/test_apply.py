"""The one way for money facts: growth, repeats, order of sight, and what is refused."""

from __future__ import annotations

import itertools
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orders.clock import now
from orders.models import Mail, Order
from orders.money import Money
from orders.states import OrderState
from payments.models import Attempt, Operation, Payment, Review
from payments.models.records import ReviewKind
from payments.providers.base import (
    Failure,
    Outcome,
    RefundSeen,
    RefundStatus,
    Status,
)
from payments.services.apply import SUMMED
from payments.services.check_ledger import faults
from payments.states import AttemptStatus, OperationStatus, PaymentStatus
from tests.factories import a_payment, a_refund_seen, an_attempt, an_order, captured, seen
from tests.payments.services.cast import apply

pytestmark = pytest.mark.django_db


def facts(payment: Payment) -> tuple[object, ...]:
    """All that money is, of one payment, its attempts, refunds and order."""
    sums = (payment.status, payment.captured, payment.refunded, payment.refund_pending)
    attempts = payment.attempts.order_by("pk").values_list("status", "captured", "reserved")
    refunds = Operation.objects.filter(attempt__payment=payment).order_by("request_key")
    state = Order.objects.get(pk=payment.order_id).state
    return (*sums, *attempts, *refunds.values_list("amount", "status"), state)


def test_a_capture_pays_and_confirms_the_order() -> None:
    attempt = an_attempt()

    payment = apply(attempt, captured(attempt))

    assert (payment.status, payment.captured, payment.reserved) == (PaymentStatus.PAID, 6000, 0)
    assert payment.order.state == OrderState.CONFIRMED


def test_the_same_capture_twice_changes_nothing_twice() -> None:
    attempt = an_attempt()
    once = facts(apply(attempt, captured(attempt)))

    assert facts(apply(attempt, captured(attempt))) == once
    assert Mail.objects.filter(kind="confirmation").count() == 1


def test_totals_never_shrink() -> None:
    attempt = an_attempt()

    payment = apply(attempt, captured(attempt), seen(attempt, Status.REQUIRES_ACTION))

    assert (payment.captured, payment.status) == (6000, PaymentStatus.PAID)


def test_a_decline_frees_the_reserve_and_keeps_the_order_open() -> None:
    attempt = an_attempt()
    declined = seen(attempt, Status.DECLINED, error=Failure("insufficient_funds", "51"))

    payment = apply(attempt, declined)

    assert (payment.status, payment.reserved) == (PaymentStatus.FAILED, 0)
    assert payment.order.state == OrderState.OPEN
    assert payment.attempts.get().error_code == "insufficient_funds"


def test_an_attempt_that_the_shopper_has_left_does_not_keep_the_payment_processing() -> None:
    order = an_order()
    an_attempt(order)
    Attempt.objects.update(superseded_at=now(), reserved=0)
    Payment.objects.update(reserved=0)
    second = an_attempt(order)

    payment = apply(second, seen(second, Status.DECLINED))

    assert payment.status == PaymentStatus.FAILED


def test_an_ended_attempt_is_not_reopened_by_a_late_word_of_waiting() -> None:
    attempt = an_attempt()

    apply(attempt, seen(attempt, Status.DECLINED), seen(attempt, Status.REQUIRES_ACTION))

    assert Attempt.objects.get().status == AttemptStatus.DECLINED


def test_money_from_a_declined_attempt_is_booked_all_the_same() -> None:
    attempt = an_attempt()

    payment = apply(attempt, seen(attempt, Status.DECLINED), captured(attempt))

    assert (payment.status, payment.captured) == (PaymentStatus.PAID, 6000)


def test_no_answer_is_unknown_and_asked_about_again() -> None:
    attempt = an_attempt()

    apply(attempt, Outcome(status=Status.UNKNOWN))

    unknown = Attempt.objects.get()
    assert unknown.status == AttemptStatus.UNKNOWN
    assert unknown.reserved == 6000
    assert unknown.next_poll_at is not None


def test_a_second_capture_is_recorded_and_goes_back_by_itself() -> None:
    order = an_order()
    first = an_attempt(order)
    apply(first, seen(first, Status.DECLINED))
    second = an_attempt(order)

    payment = apply(second, captured(second))
    payment = apply(first, captured(first))

    assert (payment.captured, payment.surplus) == (12000, 6000)
    assert payment.status == PaymentStatus.PAID
    assert Operation.objects.get().amount == 6000


def test_a_wrong_amount_is_booked_but_does_not_pay_the_order() -> None:
    attempt = an_attempt()

    payment = apply(attempt, captured(attempt, 5999))

    assert (payment.captured, payment.status) == (5999, PaymentStatus.PARTIALLY_PAID)
    assert payment.order.state == OrderState.OPEN
    assert Review.objects.get().kind == ReviewKind.WRONG_AMOUNT


@pytest.mark.parametrize(
    "foreign",
    [
        {"our_ref": "A" + "0" * 20},
        {"mode": "live"},
        {"merchant_id": "mer_other"},
        {"amount": Money(6000, "EUR")},
    ],
    ids=["reference", "mode", "account", "currency"],
)
def test_an_answer_about_something_else_is_reviewed_and_not_booked(
    foreign: dict[str, object],
) -> None:
    attempt = an_attempt()
    told = {"our_ref": attempt.our_ref, "captured": 6000} | foreign

    payment = apply(attempt, Outcome(Status.CAPTURED, **told))  # type: ignore[arg-type]  # facts by name

    assert payment.captured == 0
    assert Review.objects.get().kind == ReviewKind.MISMATCH


def test_money_for_a_cancelled_order_is_recorded_and_goes_back_by_itself() -> None:
    attempt = an_attempt()
    attempt.payment.order.move_to(OrderState.CANCELLED, actor="staff")

    payment = apply(attempt, captured(attempt))

    assert (payment.captured, payment.status) == (6000, PaymentStatus.CANCELLED)
    assert Operation.objects.get().amount == 6000
    assert Order.objects.get().state == OrderState.CANCELLED


def test_a_refund_made_elsewhere_is_booked_as_external_and_reviewed() -> None:
    payment = a_payment()
    attempt = payment.attempts.get()

    payment = apply(attempt, captured(attempt, refunds=(a_refund_seen(1500),)))

    assert (payment.refunded, payment.refund_pending) == (1500, 0)
    assert payment.status == PaymentStatus.PARTIALLY_REFUNDED
    assert Operation.objects.get().external
    assert Review.objects.get().kind == ReviewKind.EXTERNAL_REFUND


def test_a_refund_that_comes_back_is_reversed_and_reviewed() -> None:
    payment = a_payment()
    attempt = payment.attempts.get()
    refund = a_refund_seen(1500)
    bounced = type(refund)(refund.provider_id, "", refund.amount, RefundStatus.FAILED)

    payment = apply(
        attempt, captured(attempt, refunds=(refund,)), captured(attempt, refunds=(bounced,))
    )

    assert (payment.refunded, payment.refund_reversed) == (1500, 1500)
    assert payment.status == PaymentStatus.PAID
    assert Operation.objects.get().status == OperationStatus.REVERSED
    assert {mail.kind for mail in Mail.objects.filter(order=payment.order)} >= {"refund_returned"}


def test_a_refund_seen_before_its_capture_is_not_refused() -> None:
    attempt = an_attempt()
    early = seen(attempt, Status.PROCESSING, refunds=(a_refund_seen(6000),))

    payment = apply(attempt, early, captured(attempt))

    assert (payment.captured, payment.refunded) == (6000, 6000)
    assert payment.status == PaymentStatus.REFUNDED


def test_every_order_of_sight_ends_in_the_same_facts() -> None:
    ends = set()
    for order_of_sight in itertools.permutations(range(4)):
        attempt = an_attempt()
        refund = a_refund_seen(2000)
        sights = [
            seen(attempt, Status.PROCESSING),
            seen(attempt, Status.DECLINED, error=Failure("declined")),
            captured(attempt),
            captured(attempt, refunds=(refund,)),
        ]
        payment = apply(attempt, *(sights[index] for index in order_of_sight))
        ends.add(facts(payment))

    assert len(ends) == 1


def test_a_review_that_was_resolved_is_not_opened_again_by_a_repeat() -> None:
    attempt = an_attempt()
    wrong = captured(attempt, 5999)
    apply(attempt, wrong)
    Review.objects.update(resolved_at=now())

    apply(attempt, wrong)

    assert Review.objects.count() == 1


def test_the_same_provider_refund_told_for_two_attempts_breaks_neither() -> None:
    refund = a_refund_seen(500)
    for attempt in (an_attempt(), an_attempt()):
        payment = apply(attempt, captured(attempt, refunds=(refund,)))

        assert payment.refunded == 500


SIGHTS = ("processing", "declined", "captured", "pending", "succeeded", "failed")


@given(sights=st.lists(st.sampled_from(SIGHTS), max_size=8), order=st.randoms())
@settings(max_examples=40, deadline=None)
def test_order_and_repetition_of_sights_do_not_matter(sights: list[str], order: Random) -> None:
    """Whatever is seen, how often and in which order: the same facts stand in the end."""
    ends = []
    shuffled = order.sample(sights, len(sights))
    for seen_so in ([*sights, "captured"], [*shuffled, "captured", *shuffled]):
        attempt = an_attempt()
        refund = a_refund_seen(2000)
        for sight in seen_so:
            apply(attempt, sighted(attempt, refund, sight))
        ends.append(facts(Payment.objects.get(pk=attempt.payment_id)))
        check_sums(attempt.payment_id)

    assert ends[0] == ends[1]


def sighted(attempt: Attempt, refund: RefundSeen, sight: str) -> Outcome:
    if sight in {status.value for status in RefundStatus}:
        return captured(attempt, refunds=(replace(refund, status=RefundStatus(sight)),))
    if sight == "captured":
        return captured(attempt)
    return seen(attempt, Status(sight))


def check_sums(payment_id: int) -> None:
    """Totals of a payment are the sums of its attempts, and nothing is below zero."""
    payment = Payment.objects.get(pk=payment_id)
    attempts = list(payment.attempts.all())
    for name in SUMMED:
        assert getattr(payment, name) == sum(getattr(attempt, name) for attempt in attempts) >= 0
    assert not list(faults())
