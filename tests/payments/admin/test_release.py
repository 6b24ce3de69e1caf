"""The page to let go of a hold: for open orders and those who may capture, and only once."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from orders.models import Order
from payments.models import Operation
from payments.services.apply import apply_outcome
from tests.payments.admin.cast import SEE_ORDERS, order_url, staff
from tests.payments.services.cast import a_hold, held

pytestmark = pytest.mark.django_db(transaction=True)
CAPTURE = "payments.capture_payment"


@pytest.fixture
def order() -> Order:
    """An open order of which the bank holds a part."""
    attempt = a_hold()
    part = held(attempt, authorized=4000)
    apply_outcome(attempt_id=attempt.pk, outcome=part, source="test")
    return Order.objects.get()


def url(order: Order) -> str:
    return reverse("admin:orders_order_release", args=[order.pk])


def press(client: Client, order: Order) -> str:
    return client.post(url(order), {"request_key": "k"}, follow=True).text


def test_the_order_leads_to_the_page_which_says_what_follows(order: Order) -> None:
    clerk = staff(SEE_ORDERS, CAPTURE)

    assert url(order) in clerk.get(order_url(order)).text
    assert "alice@example.com is asked to pay another way" in clerk.get(url(order)).text


def test_pressing_twice_releases_once_and_notes_who_did(order: Order) -> None:
    clerk = staff(SEE_ORDERS, CAPTURE)

    said = [press(clerk, order) for _ in range(2)]

    assert "What is held is released within seconds." in said[0]
    assert "Nothing is held any more" in said[1]
    assert Operation.objects.count() == 1
    assert LogEntry.objects.get().change_message == "Release of what is held requested"


def test_the_hold_of_a_confirmed_order_is_refused_on_the_page(order: Order) -> None:
    clerk = staff(SEE_ORDERS, CAPTURE)
    Order.objects.update(state="confirmed")

    assert url(order) not in clerk.get(order_url(order)).text
    assert "Only a hold of an open order is released: cancel this one." in press(clerk, order)
    assert not Operation.objects.exists()


def test_who_may_not_capture_may_not_release(order: Order) -> None:
    assert staff(SEE_ORDERS).post(url(order), {"request_key": "k"}).status_code == 403
    assert not Operation.objects.exists()
