"""Evidence that does not get through is sent again before it is due, and people know in time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import ClassVar

import pytest
from django.core import mail
from pytest_django import Settings

from orders.clock import now
from payments.models import Dispute, DisputeEvidence, Review
from payments.models.records import ReviewKind
from payments.providers.base import DisputeStatus, Failure, Outcome, Status
from payments.providers.errors import ProviderDown, ProviderRejected
from payments.providers.evidence import EvidenceRequest
from payments.providers.sandbox.provider import SandboxProvider
from payments.services.evidence import request_evidence
from payments.services.remind import remind_of_evidence
from payments.services.send_evidence import submit_due_evidence
from payments.states import EvidenceState
from tests.factories import a_payment, later
from tests.payments.disputing import A_WEEK, MANAGERS, a_dispute, a_draft, told_of_dispute

pytestmark = pytest.mark.django_db
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


class Bank(SandboxProvider):
    """Gives no answer while it is down; `meanwhile` happens during a call."""

    down: ClassVar[bool] = True
    meanwhile: ClassVar[list[Callable[[], object]]] = []

    def submit_evidence(self, request: EvidenceRequest) -> Outcome:  # noqa: ARG002  # the port's
        for happens in self.meanwhile:
            happens()
        if self.down:
            raise ProviderDown("no answer", sent=True)
        return Outcome(status=Status.CAPTURED)


@pytest.fixture(autouse=True)
def bank(settings: Settings) -> type[Bank]:
    settings.PAYMENTS = settings.PAYMENTS | {"providers": {"sandbox": f"{__name__}.Bank"}}
    settings.MANAGERS = MANAGERS
    Bank.down = True
    Bank.meanwhile.clear()
    return Bank


def owed(left: timedelta = A_WEEK) -> Dispute:
    """Evidence is owed in a dispute that a person has looked at; it is due in so long."""
    dispute = a_dispute(left=left)
    request_evidence(a_draft(dispute))
    Review.objects.all().delete()
    return dispute


def tries_until(end: timedelta) -> DisputeEvidence:
    """All that workers do in so long, reminders included; how the evidence stands then."""
    begun = now()
    while (due := DisputeEvidence.objects.get().next_run_at) and due <= begun + end:
        with later(due - now()):
            submit_due_evidence()
            remind_of_evidence()
    return DisputeEvidence.objects.get()


def seen() -> list[str]:
    return [review.seen for review in Review.objects.filter(resolved_at=None)]


def test_a_first_failure_is_nobody_s_concern() -> None:
    dispute = owed()

    submit_due_evidence()

    dispute.refresh_from_db()
    assert (dispute.remind_at, seen()) == (None, [])


def test_after_an_hour_people_hear_of_it_while_it_is_sent_on() -> None:
    owed()

    evidence = tries_until(2 * HOUR)

    assert seen() == [
        "evidence in the dispute of £60.00 is not sent yet: the provider gave no answer"
    ]
    assert (evidence.state, len(mail.outbox)) == (EvidenceState.SENDING, 1)
    assert evidence.next_run_at
    assert "has not got through" in mail.outbox[0].body


def test_a_refusal_after_a_delay_is_what_people_read(monkeypatch: pytest.MonkeyPatch) -> None:
    owed()
    tries_until(2 * HOUR)

    def refuse(*_: object) -> Outcome:
        raise ProviderRejected(Failure("provider_refused"))

    monkeypatch.setattr(Bank, "submit_evidence", refuse)
    tries_until(20 * HOUR)

    assert seen() == ["evidence in the dispute of £60.00: the provider refused our request"]


def test_people_hear_of_it_once() -> None:
    owed()

    tries_until(20 * HOUR)

    assert len(mail.outbox) == 1


def test_where_little_time_is_left_the_first_failure_is_told() -> None:
    dispute = owed(left=HOUR)

    submit_due_evidence()

    dispute.refresh_from_db()
    assert dispute.remind_at is not None
    assert len(seen()) == 1


def test_it_is_tried_again_before_it_is_due_however_long_the_table_waits() -> None:
    dispute = owed(left=6 * HOUR)
    assert dispute.evidence_due_at

    evidence = tries_until(3 * HOUR)
    assert evidence.next_run_at == dispute.evidence_due_at - 2 * HOUR

    evidence = tries_until(5 * HOUR)
    assert evidence.next_run_at == dispute.evidence_due_at - 10 * MINUTE
    assert evidence.state == EvidenceState.SENDING


def test_once_it_is_sent_nobody_is_reminded_and_the_review_ends(bank: type[Bank]) -> None:
    dispute = owed(left=5 * HOUR)
    submit_due_evidence()
    tries_until(2 * HOUR)
    bank.down = False

    evidence = tries_until(4 * HOUR)

    dispute.refresh_from_db()
    assert (evidence.state, evidence.error_code) == (EvidenceState.SENT, "")
    assert (dispute.remind_at, seen()) == (None, [])


def test_the_review_of_the_dispute_itself_stays_once_it_is_sent(bank: type[Bank]) -> None:
    request_evidence(a_draft(a_dispute(left=HOUR)))
    submit_due_evidence()
    bank.down = False

    tries_until(MINUTE)

    assert Review.objects.get(kind=ReviewKind.DISPUTE).resolved_at is None


def test_an_answer_to_an_inquiry_leaves_the_claim_to_be_reminded_of(bank: type[Bank]) -> None:
    payment = a_payment()
    inquiry = told_of_dispute(payment, DisputeStatus.INQUIRY, now() + HOUR)
    request_evidence(a_draft(inquiry))
    bank.down = False
    bank.meanwhile.append(lambda: told_of_dispute(payment, DisputeStatus.OPEN, now() + A_WEEK))

    submit_due_evidence()

    inquiry.refresh_from_db()
    assert DisputeEvidence.objects.get().state == EvidenceState.SENT
    assert (inquiry.status, inquiry.remind_at is None) == (DisputeStatus.OPEN, False)
