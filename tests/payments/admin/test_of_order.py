"""What is about an order leads to it and to its history, only those who may see orders."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db.models import Model
from django.urls import reverse

from orders.models import Order
from payments.models import Refund
from tests.factories import UserFactory, a_payment
from tests.orders.goods import a_return
from tests.payments.admin.cast import SEE_ORDERS, order_url, staff
from tests.payments.disputing import a_dispute
from tests.payments.refunding import a_reason, a_refund
from tests.payments.reviewing import a_review

pytestmark = pytest.mark.django_db


def refund() -> tuple[Order, Model]:
    payment = a_payment()
    return payment.order, a_refund(payment, 1000)


def returned() -> tuple[Order, Model]:
    asked = a_return()
    return asked.order, asked


def dispute() -> tuple[Order, Model]:
    payment = a_payment()
    return payment.order, a_dispute(payment)


def review() -> tuple[Order, Model]:
    payment = a_payment()
    return payment.order, a_review(payment)


LINK = re.compile(r'href="(/admin/[^"]*)"')
ROWS = [refund, returned, dispute, review]


def address(row: Model, page: str) -> str:
    meta = row._meta
    named = f"admin:{meta.app_label}_{meta.model_name}_{page}"
    return reverse(named, args=[] if page == "changelist" else [row.pk])


def see(row: Model) -> str:
    return f"{row._meta.app_label}.view_{row._meta.model_name}"


@pytest.mark.parametrize("make", ROWS)
def test_the_history_is_that_of_the_order(make: Callable[[], tuple[Order, Model]]) -> None:
    order, row = make()

    answer = staff(see(row), SEE_ORDERS).get(address(row, "history"))

    assert answer["Location"] == reverse("admin:orders_order_history", args=[order.pk])


@pytest.mark.parametrize("make", ROWS)
def test_who_may_not_see_orders_is_not_led_to_one(
    make: Callable[[], tuple[Order, Model]],
) -> None:
    order, row = make()
    clerk = staff(see(row))

    for page in ("changelist", "change"):
        shown = clerk.get(address(row, page)).content.decode()
        assert order.number in shown
        assert order_url(order) not in shown
    assert clerk.get(address(row, "history")).status_code == 200


@pytest.mark.parametrize("make", ROWS)
def test_the_history_is_for_who_may_see_the_row(
    make: Callable[[], tuple[Order, Model]],
) -> None:
    _order, row = make()

    assert staff(SEE_ORDERS).get(address(row, "history")).status_code == 403


@pytest.mark.parametrize("make", ROWS)
def test_a_field_leads_only_where_this_person_may_go(
    make: Callable[[], tuple[Order, Model]],
) -> None:
    _order, row = make()
    if isinstance(row, Refund):
        asked = {"requested_by": UserFactory.create(), "reason": a_reason("damaged")}
        Refund.objects.update(**asked)
    clerk = staff(see(row))

    shown = clerk.get(address(row, "change")).content.decode()

    content = shown.partition('id="content"')[2]
    for target in LINK.findall(content):
        assert clerk.get(target).status_code == 200, target
