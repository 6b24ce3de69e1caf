"""What was said to a bank that only asked is not sent once it claims: a person reads it again."""

from __future__ import annotations

from dataclasses import asdict
from typing import ClassVar

import pytest
from django.core import mail
from pytest_django import Settings

from orders.clock import now
from payments.errors import EvidenceRefused
from payments.models import Dispute, DisputeEvidence, Review
from payments.providers.base import DisputeStatus, Outcome, Status
from payments.providers.evidence import EvidenceRequest
from payments.providers.sandbox.provider import SandboxProvider
from payments.services.evidence import request_evidence
from payments.services.known import first_texts, known_texts
from payments.services.remind import remind_of_evidence
from payments.services.send_evidence import submit_due_evidence
from payments.sights import told
from payments.states import EvidenceState
from tests.factories import a_payment
from tests.payments.disputing import A_WEEK, MANAGERS, a_draft, told_of_dispute

pytestmark = pytest.mark.django_db
INQUIRY, OPEN = DisputeStatus.INQUIRY, DisputeStatus.OPEN


class Bank(SandboxProvider):
    """Takes whatever comes."""

    sent: ClassVar[list[EvidenceRequest]] = []

    def submit_evidence(self, request: EvidenceRequest) -> Outcome:
        self.sent.append(request)
        return Outcome(status=Status.CAPTURED)


@pytest.fixture(autouse=True)
def bank(settings: Settings) -> type[Bank]:
    settings.PAYMENTS = settings.PAYMENTS | {"providers": {"sandbox": f"{__name__}.Bank"}}
    Bank.sent.clear()
    return Bank


def became(status: DisputeStatus) -> Dispute:
    """Answered while the bank only asked, and told to stand so before the worker came."""
    payment = a_payment()
    request_evidence(a_draft(told_of_dispute(payment, INQUIRY, now() + A_WEEK)))
    return told_of_dispute(payment, status, now() + A_WEEK)


def test_what_became_a_claim_is_not_sent(bank: type[Bank]) -> None:
    became(OPEN)

    submit_due_evidence()

    held = DisputeEvidence.objects.get()
    assert not bank.sent
    assert (held.state, held.error_code) == (EvidenceState.REFUSED, "became_claim")
    assert held.next_run_at is None


def test_what_is_asked_still_is_sent_as_that(bank: type[Bank]) -> None:
    became(INQUIRY)

    submit_due_evidence()

    assert [sent.of_inquiry for sent in bank.sent] == [True]


def test_staff_are_told_and_the_claim_waits_for_an_answer(settings: Settings) -> None:
    settings.MANAGERS = MANAGERS
    dispute = became(OPEN)
    Review.objects.all().delete()

    submit_due_evidence()
    remind_of_evidence()

    review = Review.objects.get()
    assert "became a dispute before this was sent" in told(review.detail, review.facts)
    assert len(mail.outbox) == 1
    assert request_evidence(a_draft(dispute, request_key="again"))


def test_staff_begin_with_what_was_held_back() -> None:
    dispute = became(OPEN)

    submit_due_evidence()

    assert asdict(first_texts(dispute)) == asdict(a_draft(dispute).texts)


def test_staff_begin_with_what_we_know_once_it_was_answered() -> None:
    dispute = became(INQUIRY)

    submit_due_evidence()

    assert first_texts(dispute) == known_texts(dispute)


def test_what_was_read_as_an_inquiry_and_is_a_claim_by_now_is_not_owed() -> None:
    payment = a_payment()
    dispute = told_of_dispute(payment, INQUIRY)
    told_of_dispute(payment, OPEN)

    with pytest.raises(EvidenceRefused, match="become a dispute meanwhile"):
        request_evidence(a_draft(dispute, of_inquiry=True))

    assert not DisputeEvidence.objects.exists()
