"""Surplus is told from what people asked back, from other questions and from other payments."""

from __future__ import annotations

import pytest

from demo.models import Product
from orders.clock import now
from orders.models import Order
from orders.states import OrderState
from payments.models import Attempt, Operation
from payments.models.records import ReviewKind
from payments.providers.base import DisputeSeen, DisputeStatus, Status
from payments.services.disputes_seen import WON_LATE
from payments.services.reviews import open_review
from tests.factories import an_attempt, an_order, captured, seen
from tests.payments.refunding import asked_back
from tests.payments.services.cast import a_hold, an_expired_order, apply, capture, held

pytestmark = pytest.mark.django_db


def leave(attempt: Attempt) -> None:
    """The shopper goes on with another way to pay."""
    Attempt.objects.filter(pk=attempt.pk).update(superseded_at=now())


def test_what_was_captured_of_a_hold_is_not_taken_for_asked_back() -> None:
    hold = a_hold()
    apply(hold, held(hold))
    capture(hold, 4000, final=False)
    apply(hold, held(hold, captured=4000))
    leave(hold)

    payment = apply(hold, held(hold, captured=5000))

    assert payment.refund_pending == 5000


def test_surplus_that_went_back_before_is_not_taken_for_asked_back() -> None:
    attempt = an_attempt(an_order())
    apply(attempt, captured(attempt, 7000))
    leave(attempt)

    payment = apply(attempt, captured(attempt, 8000))

    assert payment.refund_pending == 8000


def test_what_staff_call_surplus_was_asked_back_by_them() -> None:
    attempt = an_attempt(an_order())
    apply(attempt, captured(attempt, 4000))
    asked_back(attempt, 1000, note="surplus")

    payment = apply(attempt, captured(attempt))

    assert Order.objects.get().state == OrderState.OPEN
    assert payment.refund_pending == 6000


def test_a_question_about_one_attempt_keeps_surplus_of_no_other_back() -> None:
    order = an_order()
    first = an_attempt(order)
    apply(first, seen(first, Status.DECLINED))
    second = an_attempt(order)
    taken = DisputeSeen("dp_1", first.money(6500), DisputeStatus.LOST)
    apply(first, captured(first, 8000, disputes=(taken,)))

    apply(second, captured(second))

    assert Operation.objects.get(attempt=second).amount == 6000


def test_a_question_about_money_won_back_keeps_no_surplus_back() -> None:
    attempt = an_attempt(an_order())
    payment = apply(attempt, captured(attempt))
    facts = {"amount": attempt.money(100)}
    open_review(ReviewKind.SURPLUS, payment, subject=attempt.our_ref, detail=WON_LATE, facts=facts)

    apply(attempt, captured(attempt, 7000))

    assert Operation.objects.get().amount == 1000


def test_late_money_that_is_going_back_revives_nothing() -> None:
    order, attempt = an_expired_order(stock=0)
    apply(attempt, captured(attempt))
    Product.objects.update(stock=9)

    payment = apply(attempt, captured(attempt, 7000))

    order.refresh_from_db()
    assert order.state == OrderState.EXPIRED
    assert payment.refund_pending == 7000
