"""Who is told that money goes back, or does not, and what goes back by a button of a review."""

from __future__ import annotations

import pytest

from orders.emails import render_mail
from orders.models import Mail
from payments.errors import ReviewRefused
from payments.models import Operation, Payment, ProviderAccount, Refund, Review
from payments.models.records import ReviewAct, ReviewKind
from payments.services.submit import submit_due_operations
from tests.factories import a_payment, a_refund_seen, captured
from tests.orders.goods import a_sent_order
from tests.payments.disputing import told_of_dispute
from tests.payments.refunding import a_refund, asked_back
from tests.payments.reviewing import a_failed_refund, a_review, press
from tests.payments.services.cast import an_expired_order, apply, bought

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


def test_who_has_asked_their_bank_for_it_is_told_that_no_refund_comes_as_well(
    account: ProviderAccount,
) -> None:
    attempt = bought(account)
    asked_back(attempt, 6000)
    told_of_dispute(attempt.payment)

    submit_due_operations()

    assert Operation.objects.get().error_code == "disputed"
    _subject, text = render_mail(Mail.objects.get(kind="refund_disputed"))
    assert "So we do not send the refund of £60.00 as well" in text


def test_surplus_that_a_dispute_has_taken_tells_nobody_of_a_refund() -> None:
    _order, attempt = an_expired_order(stock=0)
    apply(attempt, captured(attempt))
    told_of_dispute(attempt.payment)

    submit_due_operations()

    assert not Mail.objects.filter(kind__startswith="refund").exists()


def a_question_about(refund: Refund) -> Review:
    """The bank has made it less than it was asked for."""
    ours = refund.operations.get()
    seen = a_refund_seen(ours.amount - 1, our_ref=ours.our_ref)
    apply(ours.attempt, captured(ours.attempt, refunds=(seen,)))
    return Review.objects.get(kind=ReviewKind.WRONG_AMOUNT)


def test_a_question_about_a_refund_is_no_reason_to_give_back_everything() -> None:
    review = a_question_about(a_refund(a_payment(), 900))

    with pytest.raises(ReviewRefused, match="nothing can be given back"):
        press(review, ReviewAct.GIVE_BACK)

    assert Operation.objects.count() == 1


def test_what_was_delivered_is_not_given_back_by_a_button() -> None:
    payment = Payment.objects.get(order=a_sent_order())
    review = a_review(payment, ReviewKind.WRONG_AMOUNT)

    with pytest.raises(ReviewRefused, match="nothing can be given back"):
        press(review, ReviewAct.GIVE_BACK)

    assert not Operation.objects.exists()
