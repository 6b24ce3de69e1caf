"""How long the address of a payment works, and how long it leads to its order."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from payments.models import Attempt, Payment
from tests.factories import a_payment, an_account, an_order, later

pytestmark = pytest.mark.django_db


def page_of(payment: Payment) -> str:
    return f"/payments/pay/{payment.token}/"


@pytest.fixture
def unpaid() -> Payment:
    an_account()
    return Payment.objects.get(order=an_order())


@pytest.mark.parametrize("view", ["", "return/", "status/"])
def test_the_address_of_a_payment_ends_with_the_link_of_its_order(
    client: Client, unpaid: Payment, view: str
) -> None:
    with later(timedelta(days=91)):
        answer = client.get(f"{page_of(unpaid)}{view}")

    assert answer.status_code == 410
    assert unpaid.order.number not in answer.content.decode()
    assert unpaid.order.link_token not in answer.content.decode()


def test_behind_an_address_that_has_ended_nothing_is_paid(client: Client, unpaid: Payment) -> None:
    with later(timedelta(days=91)):
        answer = client.post(page_of(unpaid), {"method": "sandbox/card"})

    assert answer.status_code == 410
    assert "Open the link in the newest mail" in answer.content.decode()
    assert not Attempt.objects.exists()


@pytest.mark.parametrize(("hours", "shown"), [(23, True), (25, False)])
def test_the_address_of_a_payment_leads_to_its_order_for_a_day(
    client: Client, hours: int, shown: bool
) -> None:
    payment = a_payment()

    with later(timedelta(hours=hours)):
        answer = client.get(f"{page_of(payment)}return/")

    assert answer.status_code == (302 if shown else 200)
    assert (payment.order.link_token in answer.headers.get("Location", "")) is shown
    assert payment.order.link_token not in answer.content.decode()


def test_the_address_of_a_payment_leads_to_an_order_that_is_open(
    client: Client, unpaid: Payment
) -> None:
    with later(timedelta(days=60)):
        answer = client.get(page_of(unpaid))

    assert unpaid.order.link_token in answer.content.decode()
