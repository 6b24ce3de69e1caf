"""Staff, webhooks and shoppers at the same moment: what is short is decided once."""

from __future__ import annotations

from functools import partial

import pytest

from orders.states import OrderState
from payments.errors import NotPayable, ReviewRefused
from payments.models import Attempt, Operation, Payment, Review
from payments.models.records import ReviewAct
from payments.providers.base import RefundStatus
from payments.registry import PaymentOption
from payments.services.apply import apply_outcome
from payments.services.check_ledger import faults
from payments.services.open import try_again
from payments.states import PaymentStatus
from tests.factories import a_payment, a_refund_seen, captured
from tests.payments.crowd import all_at_once, at_once
from tests.payments.refunding import a_refund
from tests.payments.reviewing import press, short_of_60
from tests.payments.services.cast import apply

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def presses(review: Review, act: ReviewAct, *, key: str = "") -> object:
    """Whether the press did something, or that it was refused."""
    try:
        return press(review, act, key=key)
    except ReviewRefused:
        return "refused"


def test_of_two_buttons_pressed_at_once_one_acts() -> None:
    for _ in range(5):
        _attempt, review = short_of_60()

        told = all_at_once(
            partial(presses, review, ReviewAct.ACCEPT), partial(presses, review, ReviewAct.ASK_REST)
        )

        assert sorted(map(str, told)) == ["True", "refused"]


def test_what_one_accepts_while_another_gives_it_back_is_kept_or_goes_back_whole() -> None:
    for _ in range(5):
        attempt, review = short_of_60()

        told = all_at_once(
            partial(presses, review, ReviewAct.ACCEPT),
            partial(presses, review, ReviewAct.GIVE_BACK),
        )

        assert sorted(map(str, told)) == ["True", "refused"]
        accepted = told[0] is True
        kept = (OrderState.CONFIRMED, 0) if accepted else (OrderState.CANCELLED, 4000)
        payment = Payment.objects.select_related("order").get(pk=attempt.payment_id)
        assert (payment.order.state, payment.refund_pending) == kept


def test_a_double_click_from_ten_tabs_refunds_once() -> None:
    payment = a_payment()
    refund = a_refund(payment, 1500, note="cracked", request_key="first").operations.get()
    told = a_refund_seen(1500, our_ref=refund.our_ref, status=RefundStatus.FAILED)
    apply(payment.attempts.get(), captured(payment.attempts.get(), refunds=(told,)))
    review = Review.objects.get()

    answers = at_once(10, lambda _: presses(review, ReviewAct.REFUND_AGAIN, key="once"))

    assert sorted(map(str, answers)) == ["False"] * 9 + ["True"]
    assert Operation.objects.count() == 2
    assert Payment.objects.get().refund_pending == 1500


def test_the_rest_that_comes_while_staff_accept_is_kept_or_goes_back() -> None:
    for _ in range(5):
        attempt, review = short_of_60()
        see = partial(apply_outcome, attempt_id=attempt.pk, source="webhook")

        all_at_once(
            partial(presses, review, ReviewAct.ACCEPT), partial(see, outcome=captured(attempt))
        )

        payment = Payment.objects.get(pk=attempt.payment_id)
        assert payment.status == PaymentStatus.PAID
        assert (payment.amount, payment.surplus) in {(6000, 0), (4000, 2000)}
        assert list(faults()) == []


def test_two_tabs_paying_the_rest_open_one_attempt() -> None:
    attempt, review = short_of_60()
    press(review, ReviewAct.ASK_REST)
    option = PaymentOption(attempt.account_id, attempt.account.code, "card")

    def pay(_: int) -> object:
        try:
            return try_again(payment_id=attempt.payment_id, option=option)[1]
        except NotPayable:
            return "refused"

    assert at_once(5, pay).count(True) == 1
    assert Attempt.objects.filter(amount=2000).count() == 1
    assert Payment.objects.get().reserved == 2000
