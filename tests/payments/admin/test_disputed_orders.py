"""Money that a bank has taken in a dispute is named wherever somebody decides about the order."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from orders.models import Order
from orders.states import OrderState
from payments.models import Payment
from payments.providers.base import DisputeStatus
from tests.factories import a_payment
from tests.payments.admin.cast import SEE_ORDERS, staff
from tests.payments.disputing import told_of_dispute

pytestmark = pytest.mark.django_db
TAKEN = "A bank has taken £60.00 of this order in a dispute"


@pytest.fixture(params=[DisputeStatus.OPEN, DisputeStatus.LOST])
def disputed(request: pytest.FixtureRequest) -> Order:
    payment = a_payment()
    told_of_dispute(payment, request.param)
    return Order.objects.get(payment=payment)


def page(act: str, permission: str, order: Order) -> str:
    address = reverse(f"admin:orders_order_{act}", args=[order.pk])
    return staff(SEE_ORDERS, permission).get(address).content.decode()


def test_who_sends_what_is_disputed_is_warned(disputed: Order) -> None:
    assert TAKEN in page("dispatch", "orders.dispatch_order", disputed)


def test_who_cancels_what_is_disputed_is_told_that_it_does_not_go_back(disputed: Order) -> None:
    assert TAKEN in page("cancel", "payments.cancel_payment", disputed)

    clerk = staff(SEE_ORDERS, "payments.cancel_payment", name="other")
    address = reverse("admin:orders_order_cancel", args=[disputed.pk])
    done = clerk.post(address, {"reason": "as asked", "request_key": "k"}, follow=True)

    assert "What is not disputed (£60.00 is) goes back." in done.content.decode()
    assert Payment.objects.get().refund_pending == 0


def test_a_shopper_whose_order_is_cancelled_is_promised_nothing_twice(
    disputed: Order, client: Client
) -> None:
    Order.objects.update(state=OrderState.CANCELLED)

    text = client.get(f"/order/{disputed.link_token}/").content.decode()

    assert "Your bank has taken £60.00 back at your request" in text
