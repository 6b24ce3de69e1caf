"""A hold that lapses after its goods have left: nobody gets them for nothing in silence."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orders.emails import render_mail
from orders.models import Mail, Order
from orders.states import OrderState
from payments.models import Attempt
from payments.models.records import ReviewKind
from payments.providers.base import Status
from payments.services.expire import expire_due
from tests.factories import captured, later, seen
from tests.orders.goods import a_dispatch
from tests.payments.reviewing import pays_again
from tests.payments.services.cast import a_hold, apply, held, open_reviews

pytestmark = pytest.mark.django_db


@pytest.fixture
def lapsed() -> Attempt:
    """A hold that confirmed its order, whose goods were sent, and that the bank let go."""
    attempt = a_hold()
    apply(attempt, held(attempt))
    a_dispatch(Order.objects.get())
    apply(attempt, seen(attempt, Status.EXPIRED, authorized=6000, released=6000))
    return attempt


def test_a_person_is_asked_about_goods_that_left_before_their_hold_lapsed(lapsed: Attempt) -> None:
    assert open_reviews() == [ReviewKind.HOLD_ENDING]


def test_a_person_is_not_asked_about_goods_that_are_here_still() -> None:
    attempt = a_hold()

    apply(attempt, held(attempt))
    apply(attempt, seen(attempt, Status.EXPIRED, authorized=6000, released=6000))

    assert open_reviews() == []


def test_the_mail_about_goods_that_have_left_does_not_promise_to_keep_them(lapsed: Attempt) -> None:
    _subject, body = render_mail(Mail.objects.get(kind="hold_lapsed"))

    assert "goods of this order are on their way to you" in body
    assert "We keep the goods" not in body


def test_the_question_stays_once_the_order_has_expired(lapsed: Attempt) -> None:
    with later(timedelta(days=2)):
        expire_due()

    assert Order.objects.get().state == OrderState.EXPIRED
    assert open_reviews() == [ReviewKind.HOLD_ENDING]


def test_who_pays_for_goods_that_have_left_completes_the_order(lapsed: Attempt) -> None:
    again = pays_again(lapsed)

    apply(again, captured(again))

    assert Order.objects.get().state == OrderState.COMPLETED


def test_who_pays_for_goods_that_have_left_ends_the_question(lapsed: Attempt) -> None:
    again = pays_again(lapsed)

    apply(again, captured(again))

    assert open_reviews() == []
