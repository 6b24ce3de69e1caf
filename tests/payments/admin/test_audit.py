"""Who did it is written down in the transaction that does it: a crash loses both or none."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from orders.models import Order
from orders.states import OrderState
from payments.admin.order import OrderAdmin
from payments.models import Review
from payments.models.records import ReviewAct
from payments.services.ending import Ending
from payments.services.resolve import resolve_review
from tests.factories import a_payment
from tests.orders.goods import a_paid_order
from tests.payments.admin.cast import SEE_ORDERS, staff
from tests.payments.reviewing import a_failed_refund

pytestmark = pytest.mark.django_db(transaction=True)


class Crash(Exception):
    """The process dies here."""


def crash(*_given: object) -> None:
    raise Crash


def test_cancelling_that_died_with_its_audit_row_is_repeated_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order, clerk = a_paid_order(), staff(SEE_ORDERS, "payments.cancel_payment")
    url, typed = reverse("admin:orders_order_cancel", args=[order.pk]), {"reason": "as asked"}
    with monkeypatch.context() as dying:
        dying.setattr(OrderAdmin, "log_change", crash)
        with pytest.raises(Crash):
            clerk.post(url, typed | {"request_key": "k"})
    assert Order.objects.get().state == OrderState.CONFIRMED

    for _ in range(2):
        assert clerk.post(url, typed | {"request_key": "k"}).status_code == 302

    assert Order.objects.get().state == OrderState.CANCELLED
    assert LogEntry.objects.get().change_message == "Cancelled: as asked"


@pytest.mark.parametrize("act", [ReviewAct.REFUND_AGAIN, ReviewAct.ELSEWHERE, ReviewAct.NOTE])
def test_a_review_ends_only_with_what_is_written_down_of_it(act: ReviewAct) -> None:
    review = a_failed_refund(a_payment())
    ending = Ending(review.pk, act, "k", note="as agreed")

    with pytest.raises(Crash):
        resolve_review(replace(ending, audit=crash))
    assert Review.objects.get().resolved_at is None
    noted: list[str] = []
    for _ in range(2):
        resolve_review(replace(ending, audit=noted.append))

    assert noted == [Review.objects.get().note]
