"""Staff say yes or no to a wish to cancel, once."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from orders.models import CancellationRequest, Order
from orders.services.cancellation import ask_to_cancel
from orders.states import CancellationState, OrderState
from tests.orders.goods import a_paid_order
from tests.payments.admin.cast import SEE_ORDERS, order_url, staff

pytestmark = pytest.mark.django_db
REJECT_WISH = "orders.reject_cancellationrequest"
WISHES = reverse("admin:orders_cancellationrequest_changelist")
TYPED = {"answer": "As you like.", "request_key": "k1"}


def wish_url(order: Order) -> str:
    return reverse("admin:orders_order_reject_wish", args=[order.pk])


def test_a_wish_to_cancel_stands_on_the_order_with_both_ways_out() -> None:
    order = a_paid_order()
    ask_to_cancel(order_id=order.pk, note="bought twice")

    clerk = staff(SEE_ORDERS, REJECT_WISH, "payments.cancel_payment")
    page = clerk.get(order_url(order)).content.decode()

    assert "bought twice" in page
    assert wish_url(order) in page
    assert page.count(reverse("admin:orders_order_cancel", args=[order.pk])) == 2


def test_a_wish_is_rejected_once_with_the_reason() -> None:
    order, clerk = a_paid_order(), staff(SEE_ORDERS, REJECT_WISH)
    ask_to_cancel(order_id=order.pk, note="")

    for _ in range(2):
        assert clerk.post(wish_url(order), TYPED).status_code == 302

    wish = CancellationRequest.objects.get()
    assert (wish.state, wish.answer) == (CancellationState.REJECTED, "As you like.")
    assert LogEntry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_cancelling_the_order_fulfils_the_wish() -> None:
    order, clerk = a_paid_order(), staff(SEE_ORDERS, "payments.cancel_payment")
    ask_to_cancel(order_id=order.pk, note="")

    url = reverse("admin:orders_order_cancel", args=[order.pk])
    clerk.post(url, {"reason": "as asked", "request_key": "k"})

    assert CancellationRequest.objects.get().state == CancellationState.APPROVED
    assert Order.objects.get().state == OrderState.CANCELLED


def test_without_permission_no_wish_is_rejected() -> None:
    order, clerk = a_paid_order(), staff(SEE_ORDERS)
    ask_to_cancel(order_id=order.pk, note="")

    assert wish_url(order) not in clerk.get(order_url(order)).content.decode()
    assert clerk.post(wish_url(order), TYPED).status_code == 403
    assert CancellationRequest.objects.get().state == CancellationState.REQUESTED


def test_wishes_are_listed_until_they_are_decided() -> None:
    order = a_paid_order()
    ask_to_cancel(order_id=order.pk, note="")
    clerk = staff("orders.view_cancellationrequest", SEE_ORDERS)

    assert order_url(order) in clerk.get(WISHES).content.decode()
