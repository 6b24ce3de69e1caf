"""Reviews about what is held, and giving an order up."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from orders.models import Order
from orders.services.expire import expire_order
from orders.services.settle import mark_held
from orders.states import OrderState
from payments.errors import CancelRefused, CaptureRefused, ReviewRefused
from payments.models import Operation, Review
from payments.models.records import ReviewAct, ReviewKind
from payments.providers.base import DisputeSeen, DisputeStatus
from payments.services import give_back as giving
from tests.factories import an_attempt, an_order, captured
from tests.orders.goods import a_dispatch
from tests.payments.adapters import AskMe
from tests.payments.asking import an_attempt_to_ask_about
from tests.payments.reviewing import a_review, press, short_of_60
from tests.payments.services.cast import a_hold, apply, held

pytestmark = pytest.mark.django_db


def test_what_is_held_is_captured_and_the_warning_ends() -> None:
    attempt = a_hold()
    apply(attempt, held(attempt))
    review = a_review(attempt.payment, ReviewKind.HOLD_ENDING, subject=f"{attempt.our_ref}:24")

    assert press(review, ReviewAct.CAPTURE)

    assert Operation.objects.get().amount == 6000
    review.refresh_from_db()
    assert review.resolved_at


def test_a_second_click_captures_nothing_more() -> None:
    attempt = a_hold()
    apply(attempt, held(attempt))
    review = a_review(attempt.payment, ReviewKind.HOLD_ENDING, subject=f"{attempt.our_ref}:24")
    press(review, ReviewAct.CAPTURE, key="once")

    assert not press(review, ReviewAct.CAPTURE, key="once")

    assert Operation.objects.count() == 1


def test_a_hold_is_released_by_giving_the_order_up() -> None:
    attempt = a_hold()
    apply(attempt, held(attempt))
    review = a_review(attempt.payment, ReviewKind.HOLD_ENDING, subject=f"{attempt.our_ref}:24")

    press(review, ReviewAct.GIVE_BACK)

    attempt.payment.order.refresh_from_db()
    assert attempt.payment.order.state == OrderState.CANCELLED
    assert Operation.objects.get().kind == "void"


def test_who_is_too_late_to_give_back_does_not_cancel_what_another_has_accepted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _attempt, review = short_of_60()
    monkeypatch.setattr(giving, "close_attempts", lambda _order: press(review, ReviewAct.ACCEPT))

    with pytest.raises(ReviewRefused):
        press(review, ReviewAct.GIVE_BACK)

    assert Order.objects.get().state == OrderState.CONFIRMED
    assert not Operation.objects.exists()


def test_nothing_is_asked_or_closed_to_give_back_what_has_left(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = an_attempt_to_ask_about(settings, monkeypatch)
    mark_held(attempt.payment.order, actor="test")
    a_dispatch(attempt.payment.order)
    review = a_review(attempt.payment, ReviewKind.HOLD_ENDING)

    with pytest.raises(CancelRefused):
        press(review, ReviewAct.GIVE_BACK)

    assert AskMe.asked == []


def test_giving_back_what_a_dispute_holds_is_refused_and_leaves_the_review_open() -> None:
    attempt = an_attempt(an_order())
    expire_order(Order.objects.get(), actor="test")
    dispute = DisputeSeen("dp_1", attempt.money(4000), DisputeStatus.OPEN)
    apply(attempt, captured(attempt, 4000, disputes=(dispute,)))
    review = Review.objects.get(kind=ReviewKind.WRONG_AMOUNT)

    with pytest.raises(ReviewRefused):
        press(review, ReviewAct.GIVE_BACK)

    review.refresh_from_db()
    assert review.resolved_at is None


def test_a_hold_of_an_order_that_waits_for_its_rest_is_not_captured_by_a_warning() -> None:
    attempt = a_hold()
    apply(attempt, held(attempt, authorized=4000))
    press(Review.objects.get(), ReviewAct.ASK_REST)
    review = a_review(attempt.payment, ReviewKind.HOLD_ENDING, subject=f"{attempt.our_ref}:24")

    with pytest.raises(CaptureRefused):
        press(review, ReviewAct.CAPTURE)

    assert not Operation.objects.exists()
