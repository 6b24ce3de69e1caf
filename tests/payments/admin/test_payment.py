"""The page of a payment shows its sums, and those of each attempt, at a glance."""

from __future__ import annotations

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from orders.clock import clock_at
from payments.models import Attempt
from tests.factories import a_payment, an_attempt
from tests.payments.admin.cast import REFUND, SEE_ORDERS, refund_url, staff
from tests.payments.reconciliation.books import NOON, Theirs, a_sale, the_account
from tests.payments.refunding import a_refund

pytestmark = pytest.mark.django_db
SEE = "payments.view_payment"
LIST = reverse("admin:payments_payment_changelist")


def test_it_shows_what_came_and_what_can_go_back_and_leads_to_the_refund() -> None:
    payment = a_payment(amount=6000)
    a_refund(payment, 1500)
    address = reverse("admin:payments_payment_change", args=[payment.pk])

    page = staff(SEE, SEE_ORDERS, REFUND).get(address).content.decode()

    shown = {money: page.count(money) for money in ("£60.00", "£15.00", "£45.00")}
    assert shown == {"£60.00": 4, "£15.00": 2, "£45.00": 2}  # above, and beside the one attempt
    assert payment.attempts.get().our_ref in page
    assert refund_url(payment.order) in page


@pytest.mark.parametrize(
    ("language", "why"),
    [("en", "declined: insufficient funds (5051)"), ("zh-hans", "余额不足 (5051)")],
)
def test_it_says_why_each_attempt_was_refused(language: str, why: str) -> None:
    attempt = an_attempt()
    Attempt.objects.update(status="declined", error_code="insufficient_funds", error_raw="5051")
    address = reverse("admin:payments_payment_change", args=[attempt.payment_id])

    page = staff(SEE).get(address, headers={"accept-language": language}).content.decode()

    assert why in page


def test_what_reports_tell_of_it_shows_its_fee_and_its_payout() -> None:
    with clock_at(lambda: NOON):
        account = the_account()
        attempt = a_sale(account)
        Theirs(account).sale(attempt, fee="110", payout="po_1").comes()
    address = reverse("admin:payments_payment_change", args=[attempt.payment_id])

    page = staff(SEE, SEE_ORDERS, "payments.view_settlementfile").get(address).content.decode()

    assert "£1.10" in page
    assert "po_1" in page
    assert "po_1" not in staff(SEE, SEE_ORDERS, name="other").get(address).content.decode()


def test_who_may_not_refund_is_led_nowhere() -> None:
    payment = a_payment()
    address = reverse("admin:payments_payment_change", args=[payment.pk])

    assert refund_url(payment.order) not in staff(SEE, SEE_ORDERS).get(address).content.decode()
    assert staff(SEE_ORDERS, name="other").get(address).status_code == 403


def test_the_list_costs_the_same_however_long(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    clerk = staff(SEE, SEE_ORDERS)
    for _ in range(3):
        a_payment()

    with django_assert_num_queries(6):
        page = clerk.get(LIST)

    assert page.content.decode().count("£60.00") >= 3
