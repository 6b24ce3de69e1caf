"""The pages on which somebody else says yes or no to a refund."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from payments.models import Refund
from payments.states import Approval
from tests.factories import UserFactory, a_payment
from tests.payments.admin.cast import APPROVE, REFUND, SEE_ORDERS, order_url, staff
from tests.payments.refunding import a_reason, a_refund

pytestmark = pytest.mark.django_db
SEE_REFUNDS = "payments.view_refund"


@pytest.fixture
def waiting(settings: Any) -> Refund:
    """Asked for by Ann, above the limit, for one teapot."""
    settings.PAYMENTS = {**settings.PAYMENTS, "approve_refunds_above": {"GBP": "10"}}
    payment = a_payment()
    return a_refund(
        payment,
        6000,
        reason_id=a_reason("damaged").pk,
        note="cracked",
        requested_by=UserFactory.create(username="ann").pk,
        pieces={payment.order.lines.get().pk: 1},
        restock=True,
    )


def page_of(refund: Refund, verb: str) -> str:
    return reverse("admin:payments_refund_decide", args=[refund.pk, verb])


def press(client: Client, refund: Refund, verb: str, *, note: str = "seen") -> int:
    answer = client.post(page_of(refund, verb), {"request_key": "k", "note": note})
    return answer.status_code


def approval(refund: Refund) -> str:
    return Refund.objects.get(pk=refund.pk).approval


def test_the_order_page_says_what_waits_and_who_asked(waiting: Refund) -> None:
    page = staff(SEE_ORDERS, APPROVE).get(order_url(waiting.payment.order)).content.decode()

    for shown in ("Waiting for approval", waiting.number, "£60.00, asked for by ann on", "cracked"):
        assert shown in page
    assert "1 x Teapot, back on the shelf" in page
    assert page_of(waiting, "approve") in page
    assert page_of(waiting, "reject") in page


@pytest.mark.parametrize("verb", ["approve", "reject"])
def test_the_page_says_what_is_decided_about(waiting: Refund, verb: str) -> None:
    page = staff(SEE_ORDERS, APPROVE).get(page_of(waiting, verb)).content.decode()

    assert "£60.00, asked for by ann on" in page
    assert "Damaged or faulty · cracked" in page


@pytest.mark.parametrize(
    ("verb", "after"), [("approve", Approval.APPROVED), ("reject", Approval.REJECTED)]
)
def test_somebody_else_decides_with_one_audit_row(
    waiting: Refund, verb: str, after: Approval
) -> None:
    clerk = staff(SEE_ORDERS, APPROVE)

    assert [press(clerk, waiting, verb) for _ in range(2)] == [302, 302]

    assert approval(waiting) == after
    entry = LogEntry.objects.get()
    assert (str(entry.user), entry.object_id) == ("clerk", str(waiting.payment.order.pk))
    assert waiting.number in entry.change_message


def test_who_comes_second_is_told_and_keeps_what_was_typed(waiting: Refund) -> None:
    press(staff(SEE_ORDERS, APPROVE), waiting, "approve")
    second = staff(SEE_ORDERS, APPROVE, name="second")

    answer = second.post(page_of(waiting, "reject"), {"request_key": "k", "note": "too much"})

    page = answer.content.decode()
    assert (answer.status_code, approval(waiting)) == (400, Approval.APPROVED)
    assert "This refund is decided: approved by clerk." in page
    assert 'name="note" value="too much"' in page


def test_who_asked_has_no_button_to_approve(waiting: Refund) -> None:
    clerk = staff(SEE_ORDERS, APPROVE)
    Refund.objects.update(requested_by=get_user_model().objects.get(username="clerk"))

    page = clerk.get(order_url(waiting.payment.order)).content.decode()

    assert page_of(waiting, "approve") not in page
    assert page_of(waiting, "reject") in page


def test_who_asked_is_refused_and_keeps_what_was_typed(waiting: Refund) -> None:
    clerk = staff(SEE_ORDERS, APPROVE)
    Refund.objects.update(requested_by=get_user_model().objects.get(username="clerk"))

    answer = clerk.post(page_of(waiting, "approve"), {"request_key": "k", "note": "all right"})

    refused = answer.content.decode()
    assert (answer.status_code, approval(waiting)) == (400, Approval.WAITING)
    assert "Who asked for a refund cannot approve it." in refused
    assert 'name="note" value="all right"' in refused


def asked_by_the_clerk(waiting: Refund, *permissions: str) -> Client:
    clerk = staff(SEE_ORDERS, *permissions)
    Refund.objects.update(requested_by=get_user_model().objects.get(username="clerk"))
    return clerk


def test_who_asked_takes_it_back(waiting: Refund) -> None:
    clerk = asked_by_the_clerk(waiting, REFUND)
    page = clerk.get(order_url(waiting.payment.order)).content.decode()
    assert (page_of(waiting, "reject") in page, "Take back…" in page) == (True, True)
    assert "Take back this refund" in clerk.get(page_of(waiting, "reject")).content.decode()

    assert press(clerk, waiting, "reject") == 302

    assert approval(waiting) == Approval.REJECTED


def test_who_asked_and_may_not_approve_gets_no_page_to_approve(waiting: Refund) -> None:
    clerk = asked_by_the_clerk(waiting, REFUND)

    assert page_of(waiting, "approve") not in clerk.get(order_url(waiting.payment.order)).text
    assert clerk.get(page_of(waiting, "approve")).status_code == 403
    assert press(clerk, waiting, "approve") == 403
    assert approval(waiting) == Approval.WAITING


def test_who_asked_and_may_refund_no_more_takes_nothing_back(waiting: Refund) -> None:
    clerk = asked_by_the_clerk(waiting)

    assert page_of(waiting, "reject") not in clerk.get(order_url(waiting.payment.order)).text
    assert press(clerk, waiting, "reject") == 403
    assert approval(waiting) == Approval.WAITING


def test_a_rejection_says_why(waiting: Refund) -> None:
    assert press(staff(SEE_ORDERS, APPROVE), waiting, "reject", note="") == 400
    assert approval(waiting) == Approval.WAITING


@pytest.mark.parametrize("verb", ["approve", "reject"])
@pytest.mark.parametrize("may", [[SEE_ORDERS, REFUND], [APPROVE]])
def test_nobody_decides_without_the_permission(waiting: Refund, may: list[str], verb: str) -> None:
    clerk = staff(*may)

    assert clerk.get(page_of(waiting, verb)).status_code == 403
    assert press(clerk, waiting, verb) == 403
    assert approval(waiting) == Approval.WAITING


@pytest.mark.parametrize("verb", ["pay", "approve%0A"])
def test_another_verb_is_no_page(waiting: Refund, verb: str) -> None:
    address = page_of(waiting, "approve").replace("approve", verb)

    assert staff(SEE_ORDERS, APPROVE).get(address).status_code == 404


def test_what_was_decided_is_said_in_place_of_a_form(waiting: Refund) -> None:
    clerk = staff(SEE_ORDERS, APPROVE)
    press(clerk, waiting, "approve")

    page = clerk.get(page_of(waiting, "reject")).content.decode()

    assert "This refund is decided: approved by clerk on" in page
    assert 'name="note"' not in page


def test_the_timeline_tells_who_asked_and_who_said_no(waiting: Refund) -> None:
    clerk = staff(SEE_ORDERS, APPROVE)
    press(clerk, waiting, "reject", note="no receipt")

    page = clerk.get(order_url(waiting.payment.order)).content.decode()

    assert "by ann · Damaged or faulty · cracked · 1 x Teapot, back on the shelf" in page
    assert "Refund of £60.00 rejected" in page
    assert "by clerk · no receipt" in page


def test_all_refunds_are_listed_and_those_that_wait_are_a_filter_away(waiting: Refund) -> None:
    clerk = staff(SEE_ORDERS, SEE_REFUNDS)
    address = reverse("admin:payments_refund_changelist")

    waits, rejected = (
        clerk.get(address, {"approval__exact": each}).content.decode()
        for each in ("waiting", "rejected")
    )

    assert waiting.number in waits
    assert waiting.number not in rejected


def test_an_order_is_found_by_the_number_of_its_refund(waiting: Refund) -> None:
    found = staff(SEE_ORDERS).get(reverse("admin:orders_order_changelist"), {"q": waiting.number})

    assert found.context["cl"].result_list[0] == waiting.payment.order


def test_the_pages_cost_so_many_statements(
    waiting: Refund, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    clerk = staff(SEE_ORDERS, APPROVE)
    clerk.get(order_url(waiting.payment.order))

    with django_assert_num_queries(25):
        clerk.get(order_url(waiting.payment.order))
    with django_assert_num_queries(7):
        clerk.get(page_of(waiting, "approve"))
