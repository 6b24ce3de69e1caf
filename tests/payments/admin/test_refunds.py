"""The list of refunds and the page of each say what became of the money."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from payments.models import Attempt, Operation, Payment, Refund
from payments.models.records import ReviewAct
from payments.providers.base import RefundStatus
from payments.states import OperationStatus
from tests.factories import a_payment, a_refund_seen, captured
from tests.orders.goods import a_paid_order, keys_of
from tests.payments.admin.cast import SEE_ORDERS, order_url, staff
from tests.payments.refunding import a_refund
from tests.payments.reviewing import a_failed_refund, press
from tests.payments.services.cast import apply

pytestmark = pytest.mark.django_db
SEE = "payments.view_refund"
LIST = reverse("admin:payments_refund_changelist")
STATE = re.compile(r'field-went"><span[^>]*>([^<]*)</span>')


def page_of(refund: Refund) -> str:
    return reverse("admin:payments_refund_change", args=[refund.pk])


def states(query: str = "") -> list[str]:
    """What the list says of each refund, newest first."""
    return STATE.findall(staff(SEE).get(f"{LIST}?{query}").content.decode())


def found_by(term: str) -> list[Refund]:
    clerk = staff(SEE, name=term)
    return list(clerk.get(LIST, {"q": term}).context["cl"].result_list)


def told(refund: Refund, status: RefundStatus) -> str:
    """The bank tells of a refund; its id there."""
    attempt = refund.payment.attempts.get()
    ours = refund.operations.get().our_ref
    seen = a_refund_seen(refund.amount, our_ref=ours, status=status)
    apply(attempt, captured(attempt, refunds=(seen,)))
    return seen.provider_id


@pytest.fixture
def refund() -> Refund:
    return a_refund(a_payment(), 1000)


def test_what_nobody_has_sent_is_requested(refund: Refund) -> None:
    assert states() == ["requested"]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (RefundStatus.PENDING, "pending at the provider"),
        (RefundStatus.SUCCEEDED, "succeeded"),
        (RefundStatus.FAILED, "failed"),
    ],
)
def test_the_list_says_how_it_went(refund: Refund, status: RefundStatus, words: str) -> None:
    told(refund, status)

    assert states() == [words]


def test_what_waits_for_approval_says_so(settings: Any) -> None:
    settings.PAYMENTS = {**settings.PAYMENTS, "approve_refunds_above": {"GBP": "1"}}
    a_refund(a_payment(), 1000)

    assert states() == ["waiting for approval"]


def test_of_two_parts_the_one_that_needs_more_stands_for_both(refund: Refund) -> None:
    told(refund, RefundStatus.SUCCEEDED)
    part(refund, OperationStatus.PENDING)

    assert states() == ["pending at the provider"]


def test_what_failed_and_was_sent_again_says_how_that_goes() -> None:
    press(a_failed_refund(a_payment()), ReviewAct.REFUND_AGAIN)

    assert states() == ["requested"]


def test_what_failed_and_went_another_way_has_not_failed() -> None:
    press(a_failed_refund(a_payment()), ReviewAct.ELSEWHERE)

    assert states() == ["returned another way"]


def test_the_page_names_each_part_with_both_references(refund: Refund) -> None:
    theirs = told(refund, RefundStatus.SUCCEEDED)
    ours = refund.operations.get().our_ref

    page = staff(SEE, SEE_ORDERS).get(page_of(refund)).content.decode()

    assert f"succeeded</span> <code>{ours}</code> · <code>{theirs}</code>" in page
    assert order_url(refund.payment.order) in page


def test_one_is_found_by_our_reference_and_by_the_providers(refund: Refund) -> None:
    theirs = told(refund, RefundStatus.SUCCEEDED)
    a_refund(a_payment(), 500, request_key="another")

    for term in (refund.operations.get().our_ref.lower(), theirs, refund.number[:6]):
        assert found_by(term) == [refund]


def test_the_list_costs_the_same_however_many_there_are(
    refund: Refund, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    clerk = staff(SEE)
    with django_assert_num_queries(8):
        clerk.get(LIST)
    for n in range(3):
        part(a_refund(a_payment(), 100, request_key=f"k{n}"), OperationStatus.PENDING)

    with django_assert_num_queries(8):
        clerk.get(LIST)


def part(refund: Refund, status: OperationStatus) -> Operation:
    """One more operation of it, as where an order was paid in parts."""
    attempt: Attempt = refund.payment.attempts.get()
    return Operation.objects.create(
        attempt=attempt, refund=refund, request_key=f"part:{refund.pk}", amount=100, status=status
    )


@pytest.mark.parametrize("pieces", [{"TEAPOT": 1}, {"TEAPOT": 1, "CUP": 1}])
def test_a_page_costs_the_same_however_many_lines_it_is_about(
    pieces: dict[str, int], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    order = a_paid_order()
    refund = a_refund(
        Payment.objects.get(order=order),
        900,
        pieces={k: n for k, n in keys_of(order, pieces).items() if n},
    )
    clerk = staff(SEE, SEE_ORDERS)
    clerk.get(page_of(refund))  # what a process reads once is read

    with django_assert_num_queries(11):
        clerk.get(page_of(refund))
