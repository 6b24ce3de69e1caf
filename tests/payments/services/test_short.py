"""Less came than was asked for: what staff accept is enough, what they ask for is the rest."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orders.clock import now
from orders.emails import render_mail
from orders.models import Mail, Order
from orders.states import OrderState
from payments.errors import NotPayable, ReviewRefused
from payments.models import Operation, Payment, Posting, Review
from payments.models.records import ReviewAct, ReviewKind
from payments.services.check_ledger import faults
from payments.services.expire import expire_due
from payments.states import PaymentStatus
from tests.factories import captured, later
from tests.payments.refunding import a_refund
from tests.payments.reviewing import pays_again, press, refunds_a_part, short_of_60, state_of
from tests.payments.services.cast import apply

pytestmark = pytest.mark.django_db


def sales() -> int:
    return sum(posting.amount for posting in Posting.objects.filter(account="sales"))


def test_what_came_is_accepted_and_the_order_is_confirmed() -> None:
    attempt, review = short_of_60()

    assert press(review, ReviewAct.ACCEPT)

    assert state_of(attempt) == (OrderState.CONFIRMED, PaymentStatus.PAID)
    assert Payment.objects.get().amount == 4000
    assert sales() == -4000
    assert list(faults()) == []


def test_accepting_says_what_was_owed_and_ends_the_review() -> None:
    _attempt, review = short_of_60()

    press(review, ReviewAct.ACCEPT)

    review.refresh_from_db()
    assert review.resolved_at
    assert review.note == "owed £60.00, now £40.00 · as agreed by mail"


def test_accepting_confirms_by_one_mail_that_says_what_was_accepted() -> None:
    _attempt, review = short_of_60()

    press(review, ReviewAct.ACCEPT)

    (mail,) = Mail.objects.all()
    _subject, body = render_mail(mail)
    assert mail.kind == "confirmation"
    assert "We take £40.00 as enough. There is nothing more to pay." in body


def test_accepting_twice_lowers_what_is_owed_once() -> None:
    _attempt, review = short_of_60()
    press(review, ReviewAct.ACCEPT, key="once")

    assert not press(review, ReviewAct.ACCEPT, key="once")

    assert Payment.objects.get().amount == 4000


def test_money_that_comes_after_it_was_accepted_goes_back_by_itself() -> None:
    attempt, review = short_of_60()
    press(review, ReviewAct.ACCEPT)

    payment = apply(attempt, captured(attempt))

    assert (payment.surplus, Operation.objects.get().amount) == (2000, 2000)
    assert state_of(attempt) == (OrderState.CONFIRMED, PaymentStatus.PAID)
    assert list(faults()) == []


def test_a_review_that_another_button_ended_is_left_alone() -> None:
    _attempt, review = short_of_60()
    press(review, ReviewAct.ASK_REST)

    with pytest.raises(ReviewRefused):
        press(review, ReviewAct.ACCEPT)

    assert Payment.objects.get().amount == 6000


def test_the_rest_is_asked_for_by_mail_and_paid_by_another_attempt() -> None:
    attempt, review = short_of_60()
    press(review, ReviewAct.ASK_REST)
    assert Mail.objects.get(kind="rest_asked").context == {"amount": 2000}
    assert state_of(attempt) == (OrderState.OPEN, PaymentStatus.PARTIALLY_PAID)

    rest = pays_again(attempt)
    payment = apply(rest, captured(rest))

    assert rest.amount == 2000
    assert state_of(attempt) == (OrderState.CONFIRMED, PaymentStatus.PAID)
    assert (payment.surplus, sales()) == (0, -6000)
    assert list(faults()) == []


def test_the_first_attempt_gives_no_more_once_the_rest_is_asked_for() -> None:
    attempt, review = short_of_60()
    press(review, ReviewAct.ASK_REST)
    rest = pays_again(attempt)

    apply(attempt, captured(attempt))
    payment = apply(rest, captured(rest))

    assert (payment.captured, payment.surplus) == (8000, 2000)
    assert state_of(attempt) == (OrderState.CONFIRMED, PaymentStatus.PAID)


@pytest.mark.parametrize("first", [True, False])
def test_the_order_in_which_both_are_seen_does_not_matter(first: bool) -> None:
    attempt, review = short_of_60()
    press(review, ReviewAct.ASK_REST)
    rest = pays_again(attempt)
    seen = [(attempt, captured(attempt)), (rest, captured(rest))]

    for each, outcome in seen if first else reversed(seen):
        apply(each, outcome)

    payment = Payment.objects.get()
    assert (payment.surplus, payment.status) == (2000, PaymentStatus.PAID)


def test_before_a_person_decides_nobody_can_pay_again() -> None:
    attempt, _review = short_of_60()

    with pytest.raises(NotPayable):
        pays_again(attempt)


def test_while_the_rest_is_being_paid_nothing_is_accepted() -> None:
    attempt, review = short_of_60()
    press(review, ReviewAct.ASK_REST)
    pays_again(attempt)
    again = Review.objects.create(
        kind=ReviewKind.WRONG_AMOUNT, payment=attempt.payment, subject_ref=attempt.our_ref
    )

    with pytest.raises(ReviewRefused):
        press(again, ReviewAct.ACCEPT)

    assert Payment.objects.get().amount == 6000


def test_a_rest_that_is_short_too_is_accepted_with_the_first() -> None:
    attempt, review = short_of_60()
    press(review, ReviewAct.ASK_REST)
    rest = pays_again(attempt)
    apply(rest, captured(rest, 1500))

    press(Review.objects.get(subject_ref=rest.our_ref), ReviewAct.ACCEPT)

    assert Payment.objects.get().amount == 5500
    assert state_of(attempt) == (OrderState.CONFIRMED, PaymentStatus.PAID)


def test_a_rest_nobody_pays_is_asked_about_again_and_the_order_keeps_its_money() -> None:
    attempt, review = short_of_60()
    press(review, ReviewAct.ASK_REST)

    with later(timedelta(days=7, minutes=1)):
        expire_due()

    assert Review.objects.filter(resolved_at=None, subject_ref=attempt.our_ref).count() == 1
    assert state_of(attempt)[0] == OrderState.OPEN
    until = Order.objects.get().expires_at
    assert until
    assert until > now() + timedelta(days=13)


def test_a_rest_paid_after_that_ends_the_review_by_itself() -> None:
    attempt, review = short_of_60()
    press(review, ReviewAct.ASK_REST)
    with later(timedelta(days=7, minutes=1)):
        expire_due()
    rest = pays_again(attempt)

    apply(rest, captured(rest))

    assert not Review.objects.filter(resolved_at=None).exists()


def test_what_else_is_wrong_with_an_accepted_order_is_still_for_a_person() -> None:
    attempt, review = short_of_60()
    press(review, ReviewAct.ACCEPT)

    refunds_a_part(attempt, 1000, made=900)

    assert Review.objects.get(resolved_at=None).subject_ref == Operation.objects.get().our_ref


def test_a_refund_of_an_order_that_was_accepted_leaves_it_paid() -> None:
    attempt, review = short_of_60()
    press(review, ReviewAct.ACCEPT)

    refunds_a_part(attempt, 1000)

    assert state_of(attempt) == (OrderState.CONFIRMED, PaymentStatus.PARTIALLY_REFUNDED)


def test_everything_goes_back_and_the_order_is_cancelled() -> None:
    attempt, review = short_of_60()

    assert press(review, ReviewAct.GIVE_BACK)

    assert state_of(attempt)[0] == OrderState.CANCELLED
    assert Operation.objects.get().amount == 4000
    review.refresh_from_db()
    assert review.act == ReviewAct.GIVE_BACK


def test_giving_back_twice_refunds_once() -> None:
    _attempt, review = short_of_60()
    press(review, ReviewAct.GIVE_BACK, key="once")

    assert not press(review, ReviewAct.GIVE_BACK, key="once")

    assert Operation.objects.count() == 1


def test_what_goes_back_to_the_shopper_is_not_accepted() -> None:
    attempt, review = short_of_60()
    a_refund(attempt.payment, 4000, request_key="k")

    with pytest.raises(ReviewRefused):
        press(review, ReviewAct.ACCEPT)

    assert state_of(attempt)[0] == OrderState.OPEN
