"""Two at once over one dispute: one answers, one sends, one reminds, and nobody waits for ever."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

import pytest
from django.core import mail
from django.db import connections
from pytest_django import Settings

from payments.errors import EvidenceRefused
from payments.models import Dispute, DisputeEvidence, Payment
from payments.providers.base import DisputeStatus, Outcome, Status
from payments.providers.evidence import EvidenceRequest
from payments.providers.sandbox.provider import SandboxProvider
from payments.services.evidence import request_evidence
from payments.services.remind import remind_of_evidence
from payments.services.send_evidence import submit_due_evidence
from payments.states import DisputeState, EvidenceState
from tests.payments.disputing import a_dispute, a_draft, told_of_dispute
from tests.payments.sandbox.cast import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


class Bank(SandboxProvider):
    sent: ClassVar[list[str]] = []

    def submit_evidence(self, request: EvidenceRequest) -> Outcome:
        self.sent.append(request.key)
        return Outcome(status=Status.CAPTURED)


def test_of_many_people_one_answers() -> None:
    dispute = a_dispute()

    def answers(number: int) -> str:
        try:
            return str(request_evidence(a_draft(dispute, request_key=str(number))))
        except EvidenceRefused:
            return "refused"
        finally:
            connections.close_all()

    assert sorted(map(str, at_once(8, answers))) == ["True", *["refused"] * 7]
    assert DisputeEvidence.objects.count() == 1


def test_of_many_workers_one_sends(settings: Settings) -> None:
    settings.PAYMENTS = settings.PAYMENTS | {"providers": {"sandbox": f"{__name__}.Bank"}}
    Bank.sent.clear()
    request_evidence(a_draft(a_dispute()))

    def works(_: int) -> None:
        submit_due_evidence()
        connections.close_all()

    at_once(8, works)

    evidence = DisputeEvidence.objects.get()
    assert (evidence.state, Bank.sent) == (EvidenceState.SENT, [evidence.key])


def test_of_many_workers_one_reminds(settings: Settings) -> None:
    settings.ADMINS = settings.MANAGERS = [("Ann", "ann@example.com")]
    a_dispute(left=timedelta(hours=20))

    def works(_: int) -> None:
        remind_of_evidence()
        connections.close_all()

    at_once(8, works)

    assert len(mail.outbox) == 1


def test_a_decision_and_an_answer_at_once_both_come_to_an_end() -> None:
    dispute = a_dispute()
    payment = Payment.objects.get(pk=dispute.attempt.payment_id)

    def acts(number: int) -> None:
        try:
            if number % 2:
                told_of_dispute(payment, DisputeStatus.WON)
            else:
                request_evidence(a_draft(dispute, request_key=str(number)))
        except EvidenceRefused:
            pass
        finally:
            connections.close_all()

    at_once(6, acts)

    decided = Dispute.objects.get()
    assert (decided.status, decided.remind_at) == (DisputeState.WON, None)
    assert DisputeEvidence.objects.count() <= 1
