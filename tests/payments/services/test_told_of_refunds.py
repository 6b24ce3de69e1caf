"""Who gets money back by a button of a review is told when it is asked for, once."""

from __future__ import annotations

import pytest

from orders.emails import render_mail
from orders.models import Mail
from payments.models import Operation, Review
from payments.models.records import ReviewAct, ReviewKind
from tests.factories import a_payment, captured
from tests.payments.reviewing import a_failed_refund, press
from tests.payments.services.cast import an_expired_order, apply

pytestmark = pytest.mark.django_db


def test_a_refund_that_is_asked_for_again_is_told_once() -> None:
    review = a_failed_refund(a_payment())

    for _ in range(2):
        press(review, ReviewAct.REFUND_AGAIN, key="once")

    again = Operation.objects.latest("pk")
    mail = Mail.objects.get(kind="refund_asked", subject_ref=again.our_ref)
    assert mail.context == {"amount": 1500}


def test_what_an_ended_order_gives_back_is_told() -> None:
    _order, attempt = an_expired_order(stock=2)
    apply(attempt, captured(attempt, 4000))

    press(Review.objects.get(kind=ReviewKind.WRONG_AMOUNT), ReviewAct.GIVE_BACK)

    assert Mail.objects.get(kind="refund_asked").context == {"amount": 4000}


def test_what_goes_back_another_way_is_told_once() -> None:
    review = a_failed_refund(a_payment())

    for _ in range(2):
        press(review, ReviewAct.ELSEWHERE, key="once")

    subject, text = render_mail(Mail.objects.get(kind="refund_elsewhere"))
    assert subject.startswith("We have sent you £15.00 for order ")
    assert "did not take our refund of £15.00" in text
