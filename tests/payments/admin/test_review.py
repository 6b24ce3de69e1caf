"""Reviews in the admin: open ones first, resolved once, by permission."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from payments.models import Payment, Review
from payments.models.records import ReviewKind
from payments.services.resolve import resolve_review
from payments.services.reviews import open_review
from tests.factories import UserFactory, a_payment
from tests.payments.admin.cast import order_url, staff

pytestmark = pytest.mark.django_db
LIST = reverse("admin:payments_review_changelist")
SEE, RESOLVE = "payments.view_review", "payments.resolve_review"


def a_review(payment: Payment, subject: str = "R1") -> Review:
    open_review(ReviewKind.REFUND_FAILED, payment, subject=subject, detail="£5.00: declined")
    return Review.objects.get(subject_ref=subject)


def resolve(clerk: Client, review: Review) -> HttpResponse:
    data = {"action": "mark_resolved", "_selected_action": [review.pk]}
    return clerk.post(LIST, data)  # type: ignore[return-value]  # a test response


def test_open_reviews_come_first() -> None:
    payment = a_payment()
    closed, waiting = a_review(payment, "R1"), a_review(payment, "R2")
    resolve_review(review_id=closed.pk, resolved_by=None)
    newest = a_review(payment, "R3")
    resolve_review(review_id=newest.pk, resolved_by=None)

    rows = staff(SEE).get(LIST).context["cl"].result_list

    assert [row.pk for row in rows] == [waiting.pk, newest.pk, closed.pk]


def test_a_subject_leads_to_its_order_and_keeps_its_reference_in_one_piece() -> None:
    payment = a_payment()
    reference = a_review(payment, "RCG1817XFTJCAYVXE6JHK").subject_ref

    page = staff(SEE).get(LIST).text

    link = f'<a href="{order_url(payment.order)}">{payment.order.number}</a>'
    assert f'{link} <code class="till-ref" title="{reference}">{reference}</code>' in page


@pytest.mark.parametrize(("state", "subjects"), [("open", ["R2"]), ("resolved", ["R1"])])
def test_reviews_are_filtered_by_state(state: str, subjects: list[str]) -> None:
    payment = a_payment()
    resolve_review(review_id=a_review(payment, "R1").pk, resolved_by=None)
    a_review(payment, "R2")

    rows = staff(SEE).get(LIST, {"state": state}).context["cl"].result_list

    assert [row.subject_ref for row in rows] == subjects


def test_a_review_is_resolved_by_permission_with_an_audit_row() -> None:
    review = a_review(a_payment())

    resolve(staff(SEE, RESOLVE), review)

    review.refresh_from_db()
    assert review.resolved_at
    assert str(review.resolved_by) == "clerk"
    assert LogEntry.objects.get().object_id == str(review.pk)


def test_a_resolved_review_keeps_who_resolved_it() -> None:
    review = a_review(a_payment())
    first = UserFactory.create()
    resolve_review(review_id=review.pk, resolved_by=first.pk)

    resolve(staff(SEE, RESOLVE), review)

    review.refresh_from_db()
    assert review.resolved_by == first
    assert not LogEntry.objects.exists()


def test_without_permission_nothing_is_resolved() -> None:
    review = a_review(a_payment())

    resolve(staff(SEE), review)

    review.refresh_from_db()
    assert review.resolved_at is None
