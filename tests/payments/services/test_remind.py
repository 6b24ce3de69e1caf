"""Staff are told 72 and 24 hours before evidence is due, once each."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from pytest_django import Settings

from orders.clock import now
from payments.models import Dispute, Payment
from payments.providers.base import DisputeStatus
from payments.services import remind
from payments.services.evidence import note_evidence, request_evidence
from payments.services.remind import LEASE, remind_of_evidence
from tests.factories import a_payment, later
from tests.payments.disputing import A_WEEK, MANAGERS, a_dispute, a_draft, told_of_dispute

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _managers(settings: Settings) -> None:
    settings.MANAGERS = MANAGERS


def sent_when(*hours_left: float) -> list[int]:
    """How many mails there are in all, each time the sweep has run so long before it is due."""
    counts = []
    for hours in hours_left:
        with later(A_WEEK - timedelta(hours=hours)):
            remind_of_evidence()
        counts.append(len(mail.outbox))
    return counts


def test_it_is_told_72_and_24_hours_ahead_and_never_twice() -> None:
    a_dispute()

    assert sent_when(73, 71.9, 71.8, 25, 23.9, 23.8, 1) == [0, 1, 1, 1, 2, 2, 2]


def test_the_mail_says_which_order_and_how_long() -> None:
    dispute = a_dispute()

    sent_when(71.9)

    (sent,) = mail.outbox
    number = dispute.attempt.payment.order.number
    assert number in sent.subject
    assert "£60.00" in sent.body
    assert "alice" not in f"{sent.subject} {sent.body}"


def test_of_a_dispute_that_is_heard_of_late_staff_are_told_at_once_and_once() -> None:
    a_dispute(left=timedelta(hours=20))

    assert [remind_of_evidence() for _ in range(2)] == [1, 0]
    assert len(mail.outbox) == 1


def test_of_what_is_over_nobody_is_told() -> None:
    a_dispute()

    assert sent_when(-1) == [0]


def test_without_a_time_for_evidence_nobody_is_told() -> None:
    told_of_dispute(a_payment())

    assert sent_when(1) == [0]


@pytest.mark.parametrize("status", [DisputeStatus.WON, DisputeStatus.LOST])
def test_of_what_is_decided_nobody_is_told(status: DisputeStatus) -> None:
    payment = a_payment()
    a_dispute(payment)
    told_of_dispute(payment, status)

    assert sent_when(71, 23) == [0, 0]


@pytest.mark.parametrize("answer", [request_evidence, note_evidence])
def test_once_evidence_was_sent_nobody_is_told(answer: Any) -> None:
    answer(a_draft(a_dispute()))

    assert sent_when(71, 23) == [0, 0]


def extended(dispute: Dispute) -> Dispute:
    payment = Payment.objects.get(pk=dispute.attempt.payment_id)
    return told_of_dispute(payment, due=now() + 2 * A_WEEK)


def test_more_time_begins_anew() -> None:
    dispute = a_dispute()
    sent_when(71)
    extended(dispute)

    assert sent_when(23, 71 - A_WEEK.total_seconds() / 3600) == [1, 2]


def test_more_time_for_what_was_answered_tells_nobody() -> None:
    dispute = a_dispute()
    note_evidence(a_draft(dispute))

    assert extended(dispute).remind_at is None


def test_a_mail_that_fails_is_sent_the_next_time(settings: Settings) -> None:
    a_dispute(left=timedelta(hours=20))
    settings.EMAIL_BACKEND = "tests.orders.broken_mail.BrokenBackend"
    remind_of_evidence()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    with later(LEASE):
        remind_of_evidence()

    assert len(mail.outbox) == 1


def test_two_workers_who_read_the_same_row_send_one(monkeypatch: pytest.MonkeyPatch) -> None:
    a_dispute(left=timedelta(hours=20))
    tell = remind._tell

    def second_comes(*given: Any) -> None:
        read_before = Dispute.objects.get()
        read_before.remind_at = first_read
        remind._remind(read_before, now())
        tell(*given)

    first_read = Dispute.objects.get().remind_at
    monkeypatch.setattr(remind, "_tell", second_comes)
    remind_of_evidence()

    assert len(mail.outbox) == 1


def test_one_statement_reads_all_that_is_due(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        remind_of_evidence()
