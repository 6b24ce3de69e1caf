"""The shopper's page to ask that nothing be sent."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from orders.models import CancellationRequest, Order
from orders.services.cancel import reopen_order
from orders.services.cancellation import reject_cancellation
from orders.services.expire import expire_order
from tests.factories import an_order
from tests.orders.goods import (
    a_paid_order,
    a_sent_order,
)
from tests.shop.cast import read

pytestmark = pytest.mark.django_db


def page_of(order: Order, name: str = "") -> str:
    return f"/order/{order.link_token}/{name}"


def test_the_wish_to_cancel_is_asked_once_and_its_standing_shown(client: Client) -> None:
    order = a_paid_order()
    form = {"note": "bought twice"}

    answers = [client.post(page_of(order, "cancel/"), form).status_code for _ in range(2)]

    assert answers == [302, 302]
    assert CancellationRequest.objects.get().note == "bought twice"
    page = read(client.get(page_of(order)))
    assert "you asked us to cancel this order" in page.text
    assert page_of(order, "cancel/") not in page.links


def test_why_the_order_is_sent_all_the_same_stands_on_its_page(client: Client) -> None:
    order = a_paid_order()
    client.post(page_of(order, "cancel/"), {})
    reject_cancellation(order_id=order.pk, answer="It has left.", actor="clerk")

    assert "It has left." in read(client.get(page_of(order))).text


@pytest.mark.parametrize(
    ("make", "said"), [(an_order, "is not paid yet"), (a_sent_order, "has been sent")]
)
def test_what_cannot_be_stopped_is_refused_with_the_reason(
    client: Client, make: Callable[[], Order], said: str
) -> None:
    order = make()

    answers = [client.get(page_of(order, "cancel/")), client.post(page_of(order, "cancel/"), {})]

    assert [answer.status_code for answer in answers] == [409, 400]
    assert all(said in read(answer).text for answer in answers)
    assert not CancellationRequest.objects.exists()


def test_the_page_of_an_expired_order_waits_for_no_answer_to_the_wish(client: Client) -> None:
    order = a_paid_order()
    client.post(page_of(order, "cancel/"), {})
    reopen_order(order, subject_ref="A1")
    expire_order(order, actor="expiry")

    page = read(client.get(page_of(order)))

    assert "It was not paid in time" in page.text
    assert "you asked us to cancel" not in page.text
