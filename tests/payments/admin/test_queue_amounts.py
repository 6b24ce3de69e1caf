"""A row of the queue is headed by the money in question, not by that of the payment."""

from __future__ import annotations

import pytest

from orders.money import Money
from payments.models import Attempt
from payments.services.apply import apply_outcome
from tests.factories import GBP, a_payment, a_refund_seen, an_attempt, captured
from tests.payments.admin.cast import staff
from tests.payments.admin.waiting import QUEUE, SEE_REVIEWS
from tests.payments.reviewing import a_failed_refund, short_of_60
from tests.payments.services.cast import a_hold, apply, held

pytestmark = pytest.mark.django_db


def amounts() -> list[Money]:
    page = staff(SEE_REVIEWS).get(QUEUE)
    return [row.money for part in page.context["parts"] for row in part.rows]


def test_a_refund_at_the_providers_own_site_is_headed_by_its_amount() -> None:
    attempt: Attempt = an_attempt()
    apply(attempt, captured(attempt, refunds=(a_refund_seen(2500),)))

    assert amounts() == [Money(2500, GBP)]


def test_a_failed_refund_is_headed_by_its_amount() -> None:
    a_failed_refund(a_payment(), 1500)

    assert amounts() == [Money(1500, GBP)]


def test_a_payment_that_is_short_is_headed_by_what_came() -> None:
    short_of_60(came=2100)

    assert amounts() == [Money(2100, GBP)]


def test_a_hold_that_is_short_is_headed_by_what_is_held() -> None:
    attempt = a_hold()
    apply_outcome(attempt_id=attempt.pk, outcome=held(attempt, authorized=2100), source="test")

    assert amounts() == [Money(2100, GBP)]
