"""A part that was accepted and goes back before its order is paid is asked for again."""

from __future__ import annotations

import pytest

from orders.states import OrderState
from payments.models import Attempt, Operation
from payments.models.records import ReviewAct
from payments.services.check_ledger import faults
from payments.states import PaymentStatus
from tests.factories import a_refund_seen, captured
from tests.payments.refunding import asked_back
from tests.payments.reviewing import pays_again, press, refunds_a_part, short_of_60, state_of
from tests.payments.services.cast import a_hold, apply, held

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("back", "rest"), [(1000, 3000), (4000, 6000)])
def test_what_went_back_of_a_part_is_asked_for_again(back: int, rest: int) -> None:
    attempt, review = short_of_60()
    press(review, ReviewAct.ASK_REST)
    refunds_a_part(attempt, back)

    again = pays_again(attempt)
    payment = apply(again, captured(again))

    assert (again.amount, payment.surplus) == (rest, 0)
    assert state_of(attempt)[0] == OrderState.CONFIRMED
    assert list(faults()) == []


def test_a_part_that_goes_back_while_the_rest_is_paid_makes_no_order() -> None:
    attempt, review = short_of_60()
    press(review, ReviewAct.ASK_REST)
    rest = pays_again(attempt)
    refunds_a_part(attempt, 4000)

    apply(rest, captured(rest))

    assert state_of(attempt) == (OrderState.OPEN, PaymentStatus.PARTIALLY_PAID)
    assert pays_again(attempt).amount == 4000


def lacks_a_part_that_went_back() -> Attempt:
    """The rest is paid, and meanwhile the part that was accepted before went back."""
    attempt, review = short_of_60()
    press(review, ReviewAct.ASK_REST)
    rest = pays_again(attempt)
    refunds_a_part(attempt, 4000)
    apply(rest, captured(rest))
    return attempt


def test_a_third_payment_for_a_part_that_went_back_completes_the_order() -> None:
    attempt = lacks_a_part_that_went_back()
    third = pays_again(attempt)

    payment = apply(third, captured(third))

    assert (payment.captured, payment.surplus, payment.net_refunded) == (10000, 0, 4000)
    assert state_of(attempt)[0] == OrderState.CONFIRMED
    assert list(faults()) == []


def test_who_got_all_parts_back_pays_the_whole_order() -> None:
    attempt = lacks_a_part_that_went_back()
    rest = Attempt.objects.exclude(pk=attempt.pk).get()
    ours = asked_back(rest, 2000, request_key="rest")
    apply(rest, captured(rest, refunds=(a_refund_seen(2000, our_ref=ours.our_ref),)))
    again = pays_again(attempt)

    payment = apply(again, captured(again))

    assert (again.amount, payment.surplus) == (6000, 0)
    assert state_of(attempt)[0] == OrderState.CONFIRMED


def test_a_hold_for_a_part_that_went_back_is_not_released() -> None:
    attempt = lacks_a_part_that_went_back()
    third = a_hold(attempt.payment.order)

    apply(third, held(third))

    assert state_of(attempt)[0] == OrderState.CONFIRMED
    assert not Operation.objects.filter(kind="void").exists()
