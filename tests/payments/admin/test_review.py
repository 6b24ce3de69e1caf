"""Reviews in the admin: open ones first, found by state."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.factories import a_payment
from tests.payments.admin.cast import SEE_ORDERS, order_url, staff
from tests.payments.reviewing import a_review, close

pytestmark = pytest.mark.django_db
LIST = reverse("admin:payments_review_changelist")
SEE = "payments.view_review"


def test_open_reviews_come_first() -> None:
    payment = a_payment()
    closed, waiting = a_review(payment, subject="R1"), a_review(payment, subject="R2")
    close(closed)
    newest = a_review(payment, subject="R3")
    close(newest)

    rows = staff(SEE).get(LIST).context["cl"].result_list

    assert [row.pk for row in rows] == [waiting.pk, newest.pk, closed.pk]


def test_a_subject_leads_to_its_order_and_keeps_its_reference_in_one_piece() -> None:
    payment = a_payment()
    reference = a_review(payment, subject="RCG1817XFTJCAYVXE6JHK").subject_ref

    page = staff(SEE, SEE_ORDERS).get(LIST).text

    link = f'<a href="{order_url(payment.order)}">{payment.order.number}</a>'
    assert f'{link} <code class="till-ref" title="{reference}">{reference}</code>' in page


@pytest.mark.parametrize(("state", "subjects"), [("open", ["R2"]), ("resolved", ["R1"])])
def test_reviews_are_filtered_by_state(state: str, subjects: list[str]) -> None:
    payment = a_payment()
    close(a_review(payment, subject="R1"))
    a_review(payment, subject="R2")

    rows = staff(SEE).get(LIST, {"state": state}).context["cl"].result_list

    assert [row.subject_ref for row in rows] == subjects
