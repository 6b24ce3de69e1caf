"""A bank that held less, or let the rest of a hold go: the same two buttons."""

from __future__ import annotations

import pytest

from orders.states import OrderState
from payments.models import Attempt, Payment, Review
from payments.models.records import ReviewAct, ReviewKind
from payments.states import PaymentStatus
from tests.factories import captured
from tests.payments.reviewing import pays_again, press, state_of
from tests.payments.services.cast import a_hold, apply, held

pytestmark = pytest.mark.django_db


def test_a_part_that_was_captured_before_the_rest_lapsed_is_accepted() -> None:
    attempt = a_hold()
    apply(attempt, held(attempt), held(attempt, captured=4000, released=2000))
    review = Review.objects.get(subject_ref=attempt.our_ref, kind=ReviewKind.WRONG_AMOUNT)

    press(review, ReviewAct.ACCEPT)

    assert state_of(attempt) == (OrderState.CONFIRMED, PaymentStatus.PAID)
    assert Payment.objects.get().amount == 4000


def test_the_rest_of_a_hold_that_lapsed_is_asked_for_by_opening_the_order() -> None:
    attempt = a_hold()
    apply(attempt, held(attempt), held(attempt, captured=4000, released=2000))
    review = Review.objects.get(subject_ref=attempt.our_ref, kind=ReviewKind.WRONG_AMOUNT)

    press(review, ReviewAct.ASK_REST)

    assert state_of(attempt)[0] == OrderState.OPEN
    rest = pays_again(attempt)
    apply(rest, captured(rest))
    assert state_of(attempt) == (OrderState.CONFIRMED, PaymentStatus.PAID)


def held_short() -> tuple[Attempt, Review]:
    """40.00 of 60.00 are held, and a person is asked."""
    attempt = a_hold()
    apply(attempt, held(attempt, authorized=4000))
    subject = {"kind": ReviewKind.WRONG_AMOUNT, "subject_ref": attempt.our_ref}
    review, _fresh = Review.objects.get_or_create(**subject, defaults={"payment": attempt.payment})
    return attempt, review


def test_less_that_is_held_is_accepted_and_confirms_the_order() -> None:
    attempt, review = held_short()

    press(review, ReviewAct.ACCEPT)

    assert state_of(attempt) == (OrderState.CONFIRMED, PaymentStatus.AUTHORIZED)
    payment = Payment.objects.get()
    assert (payment.amount, payment.reserved) == (4000, 4000)


def test_the_accepted_hold_is_charged_and_the_order_is_paid() -> None:
    attempt, review = held_short()
    press(review, ReviewAct.ACCEPT)

    apply(attempt, held(attempt, authorized=4000, captured=4000))

    assert state_of(attempt) == (OrderState.CONFIRMED, PaymentStatus.PAID)
    assert Payment.objects.get().surplus == 0


def test_the_rest_beside_a_hold_is_paid_by_another_attempt() -> None:
    attempt, review = held_short()
    press(review, ReviewAct.ASK_REST)

    rest = pays_again(attempt)
    apply(rest, captured(rest))

    assert rest.amount == 2000
    assert state_of(attempt)[0] == OrderState.CONFIRMED
    assert Payment.objects.get().reserved == 4000


def test_an_accepted_hold_that_lapses_is_asked_for_again() -> None:
    attempt, review = held_short()
    press(review, ReviewAct.ASK_REST)

    apply(attempt, held(attempt, authorized=4000, released=4000))

    assert Payment.objects.get().rest.amount == 6000
    assert pays_again(attempt).amount == 6000
