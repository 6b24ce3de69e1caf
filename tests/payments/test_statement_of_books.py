"""What was booked about a discrepancy stands in the statement of its order, in words."""

from __future__ import annotations

import pytest
from django.urls import reverse

from payments.models import Entry
from payments.models.discrepancy import DiscrepancyState, Resolution
from payments.services.check_ledger import faults
from payments.statement import statement
from tests.factories import a_payment
from tests.payments.admin.cast import SEE_ORDERS, staff
from tests.payments.disagreeing import a_discrepancy, about, settle

pytestmark = pytest.mark.django_db
LEDGER = reverse("admin:payments_entry_changelist")


def test_an_adjustment_is_a_line_of_the_order_it_is_about() -> None:
    payment = a_payment()
    settle(about(payment.attempts.get()), Resolution.WRITTEN_OFF)

    told = statement(payment)

    line = told.lines[-1]
    assert (line.title, line.detail) == (
        "Our books follow theirs: +£1.00",
        "written off · the provider said so by mail",
    )
    assert [str(column.title) for column in told.columns] == ["At the provider", "Sales", "Losses"]
    assert told.left == payment.money(6100)


def test_of_another_order_it_is_none() -> None:
    payment = a_payment()
    settle(about(a_payment().attempts.get()))

    assert len(statement(payment).lines) == 1


def test_the_ledger_finds_it_by_order_and_reference_and_names_the_order() -> None:
    payment = a_payment()
    attempt = payment.attempts.get()
    settle(about(attempt))
    clerk = staff("payments.view_entry", SEE_ORDERS)

    for term in (payment.order.number, attempt.our_ref):
        page = clerk.get(LEDGER, {"q": term})
        assert len(page.context["cl"].result_list) == 2
        assert page.content.decode().count(f">{payment.order.number}</a>") == 2


def test_what_says_that_it_was_booked_and_was_not_is_a_fault() -> None:
    row = a_discrepancy(
        state=DiscrepancyState.RESOLVED,
        resolution=Resolution.ADJUSTED,
        resolved_at="2026-11-29T12:00Z",
        reason="so",
        evidence="there",
    )

    (fault,) = faults()

    assert fault.what == f"entry adjustment:{row.pk}"
    assert not Entry.objects.exists()
