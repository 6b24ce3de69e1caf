"""What shoppers and staff read of an order of which less than its total was charged, for good."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.test import Client
from pytest_django import Settings

from payments.models import Attempt
from payments.queries import released_for
from payments.services.release import release_rest
from tests.factories import a_refund_seen, an_order
from tests.payments.admin.cast import SEE_ORDERS, order_url, staff
from tests.payments.refunding import a_refund
from tests.payments.services.cast import a_hold, apply, capture, held
from tests.shop.cast import read

pytestmark = pytest.mark.django_db


@pytest.fixture
def hold() -> Attempt:
    """42.00 that the bank holds for a confirmed order."""
    attempt = a_hold(an_order(amount=4200))
    apply(attempt, held(attempt))
    return attempt


def charge(hold: Attempt, *, final: bool = True, released: int = 0) -> Attempt:
    """12.34 of it is charged; and so much of the rest is released."""
    capture(hold, 1234, final=final)
    apply(hold, held(hold, captured=1234, released=released))
    return hold


@pytest.fixture
def charged(hold: Attempt) -> Attempt:
    return charge(hold, released=2966)


def text_of(client: Client, attempt: Attempt) -> str:
    return read(client.get(f"/order/{attempt.payment.order.link_token}/")).text


def test_the_order_page_says_what_was_charged_and_what_was_not(
    client: Client, charged: Attempt
) -> None:
    text = text_of(client, charged)

    assert "Total £42.00 Charged £12.34 Not charged £29.66" in text
    assert "£12.34 of £42.00 has been charged, and no more will be." in text


def test_a_rest_released_later_is_told_as_one_released_at_once(
    client: Client, hold: Attempt
) -> None:
    charge(hold, final=False)
    release_rest(payment_id=hold.payment_id)
    apply(hold, held(hold, captured=1234, released=2966))

    assert "Charged £12.34 Not charged £29.66" in text_of(client, hold)


def test_while_the_rest_is_held_nothing_is_called_not_charged(
    client: Client, hold: Attempt
) -> None:
    text = text_of(client, charge(hold, final=False))

    assert "Total £42.00 Charged £12.34" in text
    assert "Not charged" not in text


def test_a_rest_that_is_being_released_is_not_said_to_be_charged_later(
    client: Client, hold: Attempt
) -> None:
    charge(hold, final=False)
    release_rest(payment_id=hold.payment_id)

    text = text_of(client, hold)

    assert "£12.34 of £42.00 has been charged. News goes to" in text
    assert "the rest is held" not in text


def test_an_order_charged_in_full_names_its_total_alone(client: Client, hold: Attempt) -> None:
    capture(hold, 4200)
    apply(hold, held(hold, captured=4200))

    text = text_of(client, hold)

    assert "Total £42.00" in text
    assert "Charged" not in text
    assert "Not charged" not in text


def test_what_went_back_was_charged_before(client: Client, charged: Attempt) -> None:
    refund = a_refund(charged.payment, 1234, request_key="k").operations.get()
    back = (a_refund_seen(1234, our_ref=refund.our_ref),)
    apply(charged, replace(held(charged, captured=1234, released=2966), refunds=back))

    text = text_of(client, charged)

    assert "Charged £12.34 Not charged £29.66" in text
    assert "Refund of £12.34 Refunded" in text


def test_where_orders_have_no_page_the_result_names_what_was_charged(
    client: Client, settings: Settings, charged: Attempt
) -> None:
    settings.ORDERS = {**settings.ORDERS, "order_url": ""}

    text = read(client.get(f"/payments/pay/{charged.payment.token}/return/")).text

    assert "We have received your payment of £12.34." in text


def test_staff_see_what_was_released_beside_what_was_captured(charged: Attempt) -> None:
    page = staff(SEE_ORDERS).get(order_url(charged.payment.order)).content.decode()

    for name, minor in {"total": 4200, "captured": 1234, "released": 2966}.items():
        assert f'data-amount="{name}" data-minor="{minor}"' in page


def test_of_a_hold_that_lapsed_before_another_was_charged_nothing_is_told(hold: Attempt) -> None:
    payment = apply(hold, held(hold, released=4200))

    assert released_for(payment).amount == 0
