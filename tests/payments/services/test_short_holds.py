"""A bank that held less, or let the rest of a hold go: the same two buttons."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orders.models import Mail, Order
from orders.states import OrderState
from payments.errors import CaptureRefused
from payments.models import Attempt, Operation, Payment, Review
from payments.models.records import ReviewAct, ReviewKind
from payments.queries import chargeable_for, held_for
from payments.services.expire import expire_due
from payments.states import PaymentStatus
from tests.factories import captured, later
from tests.payments.reviewing import pays_again, press, state_of
from tests.payments.services.cast import a_hold, apply, capture, held, open_reviews

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


def test_accepting_a_hold_of_less_confirms_by_one_mail_that_says_so() -> None:
    _attempt, review = held_short()

    press(review, ReviewAct.ACCEPT)

    assert [(mail.kind, mail.context) for mail in Mail.objects.all()] == [
        ("confirmation", {"held": 1, "amount": 4000})
    ]


def test_an_order_that_was_confirmed_before_is_told_that_less_is_enough() -> None:
    attempt = a_hold()
    apply(attempt, held(attempt), held(attempt, captured=4000, released=2000))

    press(Review.objects.get(kind=ReviewKind.WRONG_AMOUNT), ReviewAct.ACCEPT)

    kinds = Mail.objects.order_by("pk").values_list("kind", flat=True)
    assert [*kinds] == ["confirmation", "short_accepted"]


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


def lapsed_beside_the_rest(*, lapse_first: bool) -> Attempt:
    """The hold of 40.00 lapses and the rest of 20.00 is paid, seen in either order."""
    attempt, review = held_short()
    press(review, ReviewAct.ASK_REST)
    rest = pays_again(attempt)
    seen = [(attempt, held(attempt, authorized=4000, released=4000)), (rest, captured(rest))]
    for each, outcome in seen if lapse_first else reversed(seen):
        apply(each, outcome)
    return attempt


@pytest.mark.parametrize("lapse_first", [True, False])
def test_what_lapsed_beside_a_paid_rest_is_paid_by_another_attempt(lapse_first: bool) -> None:
    attempt = lapsed_beside_the_rest(lapse_first=lapse_first)
    assert state_of(attempt) == (OrderState.OPEN, PaymentStatus.PARTIALLY_PAID)

    again = pays_again(attempt)
    payment = apply(again, captured(again))

    assert (again.amount, payment.captured, payment.surplus) == (4000, 6000, 0)
    assert state_of(attempt) == (OrderState.CONFIRMED, PaymentStatus.PAID)


@pytest.mark.parametrize("lapse_first", [True, False])
def test_what_lapsed_beside_a_paid_rest_and_nobody_pays_is_for_a_person(lapse_first: bool) -> None:
    attempt = lapsed_beside_the_rest(lapse_first=lapse_first)
    with later(timedelta(days=15)):
        expire_due()

    press(Review.objects.get(resolved_at=None), ReviewAct.ACCEPT)

    assert state_of(attempt) == (OrderState.CONFIRMED, PaymentStatus.PAID)
    assert Payment.objects.get().amount == 2000


def beside_a_paid_rest() -> Attempt:
    """A confirmed order of which 40.00 are held and the rest is paid."""
    attempt, review = held_short()
    press(review, ReviewAct.ASK_REST)
    rest = pays_again(attempt)
    apply(rest, captured(rest))
    return attempt


def test_an_accepted_hold_that_lapses_after_a_part_was_charged_is_for_a_person() -> None:
    attempt = beside_a_paid_rest()
    capture(attempt, 1000, final=False)
    apply(attempt, held(attempt, authorized=4000, captured=1000))

    apply(attempt, held(attempt, authorized=4000, captured=1000, released=3000))

    assert open_reviews() == [ReviewKind.WRONG_AMOUNT]


def test_less_of_an_accepted_hold_may_be_charged_as_the_last_of_it() -> None:
    attempt = beside_a_paid_rest()
    capture(attempt, 1000)

    apply(attempt, held(attempt, authorized=4000, captured=1000, released=3000))

    assert state_of(attempt) == (OrderState.CONFIRMED, PaymentStatus.PAID)
    assert open_reviews() == []


def test_an_accepted_hold_is_captured_whole_while_the_rest_is_asked_for() -> None:
    attempt, review = held_short()
    press(review, ReviewAct.ASK_REST)
    with pytest.raises(CaptureRefused, match="all that was accepted"):
        capture(attempt, 1000)

    capture(attempt, 4000)

    assert Operation.objects.get().amount == 4000


def test_of_two_holds_each_is_captured_by_itself() -> None:
    attempt, review = held_short()
    press(review, ReviewAct.ASK_REST)
    rest = a_hold(Order.objects.get())

    payment = apply(rest, held(rest))

    assert state_of(attempt)[0] == OrderState.CONFIRMED
    assert (held_for(payment).amount, chargeable_for(payment).amount) == (6000, 2000)


def test_more_of_an_accepted_hold_than_we_asked_for_is_for_a_person() -> None:
    attempt = beside_a_paid_rest()
    capture(attempt, 1000, final=False)

    apply(attempt, held(attempt, authorized=4000, captured=4000))

    assert open_reviews() == [ReviewKind.WRONG_AMOUNT]


def test_a_rest_that_a_bank_holds_ends_the_question_of_the_part() -> None:
    _attempt, review = held_short()
    press(review, ReviewAct.ASK_REST)
    with later(timedelta(days=7, minutes=1)):
        expire_due()
    asked = open_reviews()
    rest = a_hold(Order.objects.get())

    apply(rest, held(rest))

    assert (asked, open_reviews()) == ([ReviewKind.WRONG_AMOUNT], [])
