"""What staff have at hand leads to the order, the return or the review."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from orders.models import ReturnRequest
from orders.services.returns import reject_return
from tests.factories import a_payment, an_order
from tests.orders.goods import a_dispatch, a_paid_order, a_return
from tests.payments.admin.cast import SEE_ORDERS, staff
from tests.payments.disputing import a_dispute
from tests.payments.reviewing import a_review

pytestmark = pytest.mark.django_db
ORDERS = reverse("admin:orders_order_changelist")
RETURNS = reverse("admin:orders_returnrequest_changelist")
REVIEWS = reverse("admin:payments_review_changelist")
SEE_RETURNS = "orders.view_returnrequest"


def found(address: str, permission: str, term: str) -> list[Any]:
    answer = staff(permission, name=f"who looks for {term}").get(address, {"q": term})
    return list(answer.context["cl"].result_list)


def a_closed_return() -> ReturnRequest:
    asked = a_return()
    reject_return(return_id=asked.pk, answer="It was worn.", actor="clerk")
    return asked


def test_an_order_is_found_by_the_number_of_its_return() -> None:
    asked = a_return()
    an_order()

    assert found(ORDERS, SEE_ORDERS, asked.number.lower()) == [asked.order]


def test_an_order_is_found_by_the_providers_id_of_its_dispute() -> None:
    payment = a_payment()
    an_order()

    assert found(ORDERS, SEE_ORDERS, a_dispute(payment).provider_id) == [payment.order]


def test_an_order_is_found_by_the_number_of_its_parcel() -> None:
    order = a_paid_order()
    a_dispatch(order, tracking_number="JD0146")
    a_dispatch(a_paid_order(), tracking_number="JD0147")

    assert found(ORDERS, SEE_ORDERS, "JD0146") == [order]


def test_a_search_of_orders_without_a_hit_says_so() -> None:
    an_order()

    page = staff(SEE_ORDERS).get(ORDERS, {"q": "nobody@"}).content.decode()

    assert "No order matches “nobody@”." in page


def test_a_list_without_a_search_says_nothing_of_one() -> None:
    page = staff(SEE_ORDERS).get(ORDERS).content.decode()

    assert "No order matches" not in page


def test_a_return_that_is_closed_is_found_by_its_number() -> None:
    asked = a_closed_return()

    assert found(RETURNS, SEE_RETURNS, asked.number) == [asked]


def test_a_search_of_returns_says_that_it_looks_among_all() -> None:
    a_closed_return()

    page = staff(SEE_RETURNS).get(RETURNS, {"q": "T"})

    standing = page.context["cl"].filter_specs[0]
    chosen = [str(it["display"]) for it in standing.choices(page.context["cl"]) if it["selected"]]
    assert chosen == ["all"]


def test_without_a_search_closed_returns_are_not_listed() -> None:
    a_closed_return()

    assert found(RETURNS, SEE_RETURNS, "") == []


def test_a_review_is_found_by_its_order_and_by_its_subject() -> None:
    payment = a_payment()
    review = a_review(payment, subject="main:re_17")
    a_review(a_payment(), subject="main:re_18")

    for term in (payment.order.number[:6].lower(), "re_17"):
        assert found(REVIEWS, "payments.view_review", term) == [review]
