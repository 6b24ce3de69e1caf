"""Staff note parcels: what is left, once, and not against a wish that nobody has read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from orders.models import CancellationRequest, Dispatch, Order
from orders.services.cancellation import ask_to_cancel
from orders.services.settle import mark_held
from orders.states import CancellationState, OrderState
from payments.models import Payment
from tests.factories import an_order
from tests.orders.goods import (
    a_dispatch,
    a_paid_order,
    a_sent_order,
)
from tests.payments.admin.cast import REFUND, SEE_ORDERS, order_url, refund_url, staff
from tests.payments.refunding import a_refund

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

pytestmark = pytest.mark.django_db
DISPATCH = "orders.dispatch_order"


def dispatch_url(order: Order) -> str:
    return reverse("admin:orders_order_dispatch", args=[order.pk])


def send_parcel(clerk: Client, order: Order, **given: object) -> Answer:
    """All that is left with DHL, unless told otherwise; pieces by SKU."""
    pieces = {f"pieces_{x.pk}": given.pop(x.sku, x.to_dispatch) for x in order.lines.all()}
    typed = {"carrier": "DHL", "tracking_number": "JD01", "request_key": "k1"}
    return clerk.post(dispatch_url(order), typed | pieces | given)


def refund(payment: Payment) -> None:
    """All that can be refunded."""
    a_refund(payment, payment.refundable.amount, note="broken", request_key="k")


def test_a_parcel_is_noted_with_all_that_is_left_filled_in(settings: Settings) -> None:
    settings.ORDERS = {**settings.ORDERS, "carriers": {"DHL": "https://dhl.example/{number}"}}
    order, clerk = a_paid_order(), staff(SEE_ORDERS, DISPATCH)
    page = clerk.get(dispatch_url(order)).content.decode()
    assert '<option value="DHL">' in page
    assert 'value="2"' in page

    answer = send_parcel(clerk, order)

    assert (answer.status_code, answer["Location"]) == (302, order_url(order))
    parcel = Dispatch.objects.get()
    assert (parcel.actor, parcel.tracking_url) == ("clerk", "https://dhl.example/JD01")
    assert Order.objects.get().state == OrderState.COMPLETED
    assert "DHL JD01" in LogEntry.objects.get().change_message


def test_a_second_click_sends_nothing_more() -> None:
    order, clerk = a_paid_order(), staff(SEE_ORDERS, DISPATCH)
    send_parcel(clerk, order, TEAPOT=1, CUP=0)

    send_parcel(clerk, order, TEAPOT=1, CUP=0)

    assert Dispatch.objects.count() == LogEntry.objects.count() == 1
    assert "was noted already" in clerk.get(order_url(order)).content.decode()


REFUSED: dict[str, tuple[dict[str, object], str]] = {
    "too many": ({"TEAPOT": 3}, "Teapot: 2 left to dispatch."),
    "none": ({"TEAPOT": 0, "CUP": 0}, "Choose at least one piece."),
    "less than none": ({"CUP": -1}, "greater than or equal to 0"),
    "no carrier": ({"carrier": ""}, "This field is required."),
    "a number without end": ({"tracking_number": "1" * 81}, "at most 80 characters"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_parcel_that_cannot_be_is_refused_and_kept_as_typed(case: str) -> None:
    order, (given, said) = a_paid_order(), REFUSED[case]

    answer = send_parcel(staff(SEE_ORDERS, DISPATCH), order, **({"carrier": "Snail"} | given))

    page = answer.content.decode()
    assert (answer.status_code, said in page) == (400, True)
    assert case == "no carrier" or 'value="Snail"' in page
    assert not Dispatch.objects.exists()


def test_an_unpaid_order_has_no_button_and_is_not_sent() -> None:
    order, clerk = an_order(), staff(SEE_ORDERS, DISPATCH)

    assert dispatch_url(order) not in clerk.get(order_url(order)).content.decode()
    assert send_parcel(clerk, order).status_code == 400


def test_who_sends_despite_a_wish_to_cancel_says_so() -> None:
    order, clerk = a_paid_order(), staff(SEE_ORDERS, DISPATCH)
    ask_to_cancel(order_id=order.pk, note="")

    first = send_parcel(clerk, order)
    second = send_parcel(clerk, order, despite="on")

    assert (first.status_code, second.status_code) == (400, 302)
    assert "Tick this, or decide the wish first." in first.content.decode()
    assert CancellationRequest.objects.get().state == CancellationState.REJECTED


def test_who_sends_what_is_not_charged_yet_is_warned() -> None:
    order = an_order()
    mark_held(order, actor="test")

    page = staff(SEE_ORDERS, DISPATCH).get(dispatch_url(order)).content.decode()

    assert "Not all of this order is charged yet" in page


def test_who_sends_what_is_refunded_is_warned() -> None:
    order = a_paid_order()
    refund(Payment.objects.get())

    page = staff(SEE_ORDERS, DISPATCH).get(dispatch_url(order)).content.decode()

    assert "Money of this order went back" in page


def test_without_permission_nothing_is_sent() -> None:
    order, clerk = a_paid_order(), staff(SEE_ORDERS)

    assert dispatch_url(order) not in clerk.get(order_url(order)).content.decode()
    assert send_parcel(clerk, order).status_code == 403
    assert not Dispatch.objects.exists()


def test_a_completed_order_is_refunded_but_not_cancelled() -> None:
    order = a_sent_order()
    clerk = staff(SEE_ORDERS, REFUND, "payments.cancel_payment")

    page = clerk.get(order_url(order)).content.decode()

    assert refund_url(order) in page
    assert reverse("admin:orders_order_cancel", args=[order.pk]) not in page
    refund(Payment.objects.get())
    assert Payment.objects.get().refund_pending == 9300


def test_an_order_of_which_a_part_has_left_is_not_cancelled() -> None:
    order, clerk = a_paid_order(), staff(SEE_ORDERS, "payments.cancel_payment")
    a_dispatch(order, pieces={"CUP": 1})

    url = reverse("admin:orders_order_cancel", args=[order.pk])
    answer = clerk.post(url, {"reason": "x", "request_key": "k"})

    assert "A part of this order was dispatched" in answer.content.decode()
    assert Order.objects.get().state == OrderState.CONFIRMED
