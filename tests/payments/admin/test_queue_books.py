"""What does not agree needs a person, unless it ends by itself; what is proposed an approver."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from orders.clock import now
from payments.models import Discrepancy
from payments.models.discrepancy import DiscrepancyKind as Kind
from tests.factories import a_payment
from tests.payments.admin.books.cast import APPROVE, RESOLVE, SEE, deed_url, page_of
from tests.payments.admin.cast import SEE_ORDERS, staff
from tests.payments.admin.waiting import QUEUE, sections
from tests.payments.disagreeing import a_discrepancy, a_file, about, settle

pytestmark = pytest.mark.django_db


def rows(*permissions: str) -> list[Any]:
    page = staff(*permissions, name=f"clerk{len(permissions)}").get(QUEUE)
    return [row for part in page.context["parts"] for row in part.rows]


@pytest.fixture
def proposed(settings: Any) -> Discrepancy:
    settings.PAYMENTS = {**settings.PAYMENTS, "approve_resolutions_above": {"GBP": "0.50"}}
    row = a_discrepancy()
    settle(row)
    return row


def test_what_ends_by_itself_or_has_ended_needs_nobody() -> None:
    a_discrepancy(Kind.TIMING)
    settle(a_discrepancy())

    assert sections(SEE) == []


def test_a_row_says_what_differs_and_leads_to_what_may_be_done() -> None:
    row = about(a_payment().attempts.get())

    page = staff(SEE, RESOLVE, SEE_ORDERS).get(QUEUE).content.decode()

    for shown in ("Books that do not agree (1)", "Another amount", "£1.00", "sandbox · A"):
        assert shown in page
    assert page_of(row) in page
    assert deed_url(row, "resolve") in page
    assert deed_url(row, "approve") not in page


def test_the_oldest_stands_first() -> None:
    newer = a_discrepancy()
    older = a_discrepancy(found_at=now() - timedelta(days=1))

    assert [row.since for row in rows(SEE)] == [older.found_at, newer.found_at]


def test_what_is_proposed_waits_for_who_may_approve(proposed: Discrepancy) -> None:
    assert rows(SEE, RESOLVE) == []

    (row,) = rows(SEE, RESOLVE, APPROVE)

    assert [step.url for step in row.steps] == [
        deed_url(proposed, "approve"),
        deed_url(proposed, "reject"),
    ]
    assert "proposes: Adjust our books." in row.detail


def test_who_may_not_see_discrepancies_sees_none() -> None:
    a_discrepancy()

    assert staff(SEE_ORDERS, RESOLVE, APPROVE).get(QUEUE).status_code == 403


def test_the_page_of_payments_leads_to_the_queue() -> None:
    page = staff(SEE).get(reverse("admin:app_list", args=["payments"])).content.decode()

    assert f'href="{QUEUE}"' in page


def test_the_section_costs_the_same_however_much_waits(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(7):
        about(a_payment().attempts.get())
    clerk = staff(SEE, RESOLVE)

    with django_assert_num_queries(6):  # four of the clerk, rows, their number
        clerk.get(QUEUE)


def test_a_line_that_cannot_be_read_is_named_by_file_and_number() -> None:
    a_discrepancy(Kind.UNPARSEABLE_LINE, file=a_file(), line_no=28, detail="no amount: x")

    (row,) = rows(SEE)

    assert "settlement-2026-11-28.csv, line 28 · no amount: x" in row.detail
