"""Holds seen late, orders that are opened and confirmed again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orders.models import Mail, Order
from orders.states import OrderState
from payments.models import Review
from payments.models.records import ReviewAct, ReviewKind
from payments.providers.base import Status
from tests.factories import an_attempt, an_order, captured, seen
from tests.payments.reviewing import press
from tests.payments.services.cast import a_hold, apply, held

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


def test_it_does_not_matter_whether_a_hold_was_seen_before_it_was_charged_in_part() -> None:
    """The part was charged at the provider's own site; all 60.00 are there."""
    both, late = a_hold(an_order()), a_hold(an_order())
    apply(both, held(both), held(both, captured=4000))
    apply(late, held(late, captured=4000))

    states = dict(Order.objects.values_list("payment__attempts", "state"))
    assert states[both.pk] == states[late.pk]


def test_who_pays_again_after_a_lapsed_hold_gets_a_confirmation() -> None:
    hold = a_hold()
    apply(hold, held(hold))
    apply(hold, seen(hold, Status.EXPIRED, authorized=6000, released=6000))
    confirmations = Mail.objects.filter(kind="confirmation")
    before = confirmations.count()

    again = an_attempt(Order.objects.get())
    apply(again, captured(again))

    assert Order.objects.get().state == OrderState.CONFIRMED
    assert confirmations.count() == before + 1


def test_a_part_that_lapses_while_its_rest_is_awaited_is_told_to_the_shopper() -> None:
    """The mail asked for 20.00, and now 60.00 is asked for."""
    hold = a_hold()
    apply(hold, held(hold, authorized=4000))
    press(Review.objects.get(kind=ReviewKind.WRONG_AMOUNT), ReviewAct.ASK_REST)
    mails = Mail.objects.count()

    payment = apply(hold, seen(hold, Status.EXPIRED, authorized=4000, released=4000))

    assert payment.rest.amount == 6000
    assert Mail.objects.count() == mails + 1
