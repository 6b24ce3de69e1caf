"""A return says what became of its money: on its way, gone back, or failed."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from orders.models import ReturnRequest
from payments.models import Attempt, Operation, Payment, Review
from payments.models.records import ReviewAct
from payments.providers.base import RefundStatus
from payments.queries import state_of, with_money
from payments.services.apply import apply_outcome
from payments.states import OperationStatus, ReturnMoney
from tests.factories import a_refund_seen, captured
from tests.orders.goods import a_received_return
from tests.payments.admin.cast import SEE_ORDERS, order_url, staff
from tests.payments.refunding import a_refund
from tests.payments.reviewing import press
from tests.shop.cast import read

pytestmark = pytest.mark.django_db
SEE = "orders.view_returnrequest"
LIST = reverse("admin:orders_returnrequest_changelist")
ON_ITS_WAY = "received, refund on its way"
GONE, FAILED = "received and refunded", "received, refund failed"


def a_refunded_return() -> ReturnRequest:
    """A return whose refund of 42.00 was asked for, and is not sent yet."""
    asked = a_received_return()
    payment = Payment.objects.get(order=asked.order_id)
    a_refund(payment, 4200, return_id=asked.pk, request_key=asked.number)
    return asked


def tell(status: RefundStatus) -> Review | None:
    """The provider tells what became of the newest refund; the review of a failed one."""
    refund = Operation.objects.latest("pk")
    attempt = Attempt.objects.get(pk=refund.attempt_id)
    told = a_refund_seen(refund.amount, our_ref=refund.our_ref, status=status)
    outcome = captured(attempt, refunds=(told,))
    apply_outcome(attempt_id=attempt.pk, outcome=outcome, source="test")
    return Review.objects.filter(subject_ref=refund.our_ref).first()


def a_failed_one() -> tuple[ReturnRequest, Review]:
    asked, review = a_refunded_return(), tell(RefundStatus.FAILED)
    assert review
    return asked, review


def said_to_staff(asked: ReturnRequest) -> list[str]:
    """Which of the three the list, the page of the return and that of its order say."""
    clerk = staff(SEE_ORDERS, SEE)
    page = reverse("admin:orders_returnrequest_change", args=[asked.pk])
    shown = [clerk.get(url).text for url in (f"{LIST}?standing=all", page, order_url(asked.order))]
    found = [[each for each in (ON_ITS_WAY, GONE, FAILED) if f">{each}<" in text] for text in shown]
    assert found[0] == found[1] == found[2]
    return found[0]


def said_to_shopper(client: Client, asked: ReturnRequest) -> str:
    return read(client.get(f"/order/{asked.order.link_token}/")).text


def test_what_is_only_asked_for_has_not_gone_back(client: Client) -> None:
    asked = a_refunded_return()

    assert said_to_staff(asked) == [ON_ITS_WAY]
    assert "Received, refund on its way" in said_to_shopper(client, asked)


def test_what_the_provider_has_given_back_is_refunded(client: Client) -> None:
    asked = a_refunded_return()
    tell(RefundStatus.SUCCEEDED)

    assert said_to_staff(asked) == [GONE]
    assert "Received and refunded" in said_to_shopper(client, asked)


def test_a_refund_that_failed_is_named_to_staff_and_looked_after_for_the_shopper(
    client: Client,
) -> None:
    asked, _review = a_failed_one()

    assert said_to_staff(asked) == [FAILED]
    assert "We look after it, and you need do nothing." in said_to_shopper(client, asked)


def test_what_is_refunded_again_is_on_its_way_again_and_then_gone() -> None:
    asked, review = a_failed_one()
    press(review, ReviewAct.REFUND_AGAIN)
    assert Operation.objects.latest("pk").status == OperationStatus.REQUESTED

    assert said_to_staff(asked) == [ON_ITS_WAY]
    tell(RefundStatus.SUCCEEDED)
    (asked,) = with_money(ReturnRequest.objects.all())
    assert state_of(asked) == ReturnMoney.GONE


def test_what_was_returned_another_way_has_gone_back() -> None:
    asked, review = a_failed_one()
    press(review, ReviewAct.ELSEWHERE)

    assert said_to_staff(asked) == [GONE]


def test_the_list_takes_as_many_statements_for_many_refunds(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    a_failed_one()
    a_failed_one()
    clerk = staff(SEE)

    with django_assert_num_queries(7):  # session, user, permissions, filters, count, rows
        clerk.get(LIST, {"standing": "all"})
