"""Disputes in the queue: the most urgent first, answered from there, and gone once answered."""

from __future__ import annotations

import pytest
from django.urls import reverse

from orders.clock import now
from payments.admin.evidence import WAYS
from payments.models import DisputeEvidence
from payments.states import ANSWERS, EvidenceState
from tests.factories import an_attempt
from tests.payments.admin.cast import SEE_ORDERS, staff
from tests.payments.admin.waiting import (
    QUEUE,
    SEE_DISPUTES,
    SEE_REVIEWS,
    a_dispute,
    sections,
    titles,
)

pytestmark = pytest.mark.django_db


def test_the_dispute_that_is_due_first_stands_first_and_one_without_a_day_last() -> None:
    attempt = an_attempt()
    whenever, later, soon = (a_dispute(attempt, days=days) for days in (None, 9, 2))

    shown = titles([SEE_DISPUTES])

    assert shown == [f"Dispute {it.provider_id}" for it in (soon, later, whenever)]


def test_a_dispute_is_answered_from_the_queue_by_who_may() -> None:
    dispute = a_dispute(an_attempt())
    ways = [reverse("admin:payments_dispute_answer", args=[dispute.pk, it]) for it in WAYS]

    page = staff(SEE_ORDERS, SEE_DISPUTES, "payments.answer_dispute").get(QUEUE).content.decode()
    reader = staff(SEE_ORDERS, SEE_DISPUTES, name="reader")
    read = reader.get(QUEUE).content.decode()

    assert [way in page for way in ways] == [True, True]
    assert [way in read for way in ways] == [False, False]


@pytest.mark.parametrize("state", EvidenceState)
def test_a_dispute_that_was_answered_waits_for_the_bank(state: EvidenceState) -> None:
    due = None if state != EvidenceState.SENDING else now()
    sent = now() if state == EvidenceState.SENT else None
    DisputeEvidence.objects.create(
        dispute=a_dispute(an_attempt()),
        request_key="k",
        statement="Signed for.",
        state=state,
        next_run_at=due,
        sent_at=sent,
    )

    shown = titles([SEE_DISPUTES, SEE_REVIEWS])

    assert len(shown) == (0 if state in ANSWERS else 1)


def test_a_dispute_whose_answer_does_not_get_through_waits_for_staff() -> None:
    dispute = a_dispute(an_attempt())
    DisputeEvidence.objects.create(
        dispute=dispute, request_key="k", statement="Signed for.", error_code="no_answer"
    )

    page = staff(SEE_ORDERS, SEE_DISPUTES).get(QUEUE).content.decode()

    assert dispute.provider_id in page
    assert "evidence is not sent yet: the provider gave no answer" in page


def test_a_dispute_is_no_second_question_for_who_sees_disputes() -> None:
    a_dispute(an_attempt())

    assert len(titles([SEE_DISPUTES, SEE_REVIEWS])) == 1


def test_a_dispute_stands_among_the_reviews_of_who_sees_no_disputes() -> None:
    a_dispute(an_attempt())

    assert sections(SEE_REVIEWS) == ["reviews"]
