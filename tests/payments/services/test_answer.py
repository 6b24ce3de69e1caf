"""Evidence is owed once, before it is due, and sent until there is an answer."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from pytest_django import Settings

from payments.errors import EvidenceRefused
from payments.models import Dispute, DisputeEvidence, ProviderCall, Review
from payments.models.records import ReviewKind
from payments.providers.base import Account, DisputeStatus, Failure, Outcome, Status
from payments.providers.errors import ProviderDown, ProviderRejected
from payments.providers.evidence import EvidenceRequest, EvidenceTexts
from payments.providers.sandbox.provider import SandboxProvider
from payments.services.evidence import note_evidence, request_evidence
from payments.services.send_evidence import submit_due_evidence
from payments.states import EvidenceState
from tests.factories import a_payment, later
from tests.payments.disputing import A_WEEK, a_dispute, a_draft, told_of_dispute

pytestmark = pytest.mark.django_db


class Bank(SandboxProvider):
    """Says of evidence what a test lets it say."""

    sent: ClassVar[list[EvidenceRequest]] = []
    says: ClassVar[list[Exception]] = []

    def submit_evidence(self, request: EvidenceRequest) -> Outcome:
        self.sent.append(request)
        if self.says:
            raise self.says.pop(0)
        return Outcome(status=Status.CAPTURED)


class Mute:
    """Has no way to take evidence."""

    capabilities = SandboxProvider.capabilities

    def __init__(self, account: Account, *, timeout: float) -> None: ...


@pytest.fixture(autouse=True)
def bank(settings: Settings) -> type[Bank]:
    settings.PAYMENTS = settings.PAYMENTS | {"providers": {"sandbox": f"{__name__}.Bank"}}
    Bank.sent.clear()
    Bank.says.clear()
    return Bank


def owed() -> DisputeEvidence:
    request_evidence(a_draft(a_dispute()))
    return DisputeEvidence.objects.get()


def sends_later(by: timedelta) -> DisputeEvidence:
    with later(by):
        submit_due_evidence()
    return DisputeEvidence.objects.get()


def test_what_is_owed_is_sent_once_with_its_key(bank: type[Bank]) -> None:
    evidence = owed()

    assert [submit_due_evidence() for _ in range(2)] == [1, 0]

    texts = EvidenceTexts(goods="1 x Teapot", statement="It was delivered.")
    assert bank.sent == [EvidenceRequest(evidence.dispute.provider_id, evidence.key, texts)]
    sent = DisputeEvidence.objects.get()
    assert (sent.state, sent.next_run_at) == (EvidenceState.SENT, None)
    assert sent.sent_at is not None


def test_the_call_is_traced() -> None:
    evidence = owed()

    submit_due_evidence()

    call = ProviderCall.objects.get(verb="evidence")
    assert (call.key, call.attempt_id) == (evidence.key, evidence.dispute.attempt_id)


def test_a_second_click_owes_nothing_more() -> None:
    draft = a_draft(a_dispute())

    assert [request_evidence(draft), request_evidence(draft)] == [True, False]
    assert DisputeEvidence.objects.count() == 1


@pytest.mark.parametrize("answer", [request_evidence, note_evidence])
def test_who_comes_second_is_told_who_was_first(answer: Any) -> None:
    dispute = a_dispute()
    answer(a_draft(dispute))

    with pytest.raises(EvidenceRefused, match="sent already"):
        request_evidence(a_draft(dispute, request_key="other"))

    assert DisputeEvidence.objects.count() == 1


@pytest.mark.parametrize("status", [DisputeStatus.WON, DisputeStatus.LOST])
def test_what_is_decided_is_not_answered(status: DisputeStatus) -> None:
    payment = a_payment()
    a_dispute(payment)
    dispute = told_of_dispute(payment, status)

    with pytest.raises(EvidenceRefused, match="decided already"):
        request_evidence(a_draft(dispute))

    assert not DisputeEvidence.objects.exists()


def test_what_is_due_is_not_answered_any_more() -> None:
    dispute = a_dispute()

    with later(A_WEEK), pytest.raises(EvidenceRefused, match="was over on"):
        request_evidence(a_draft(dispute))

    assert not DisputeEvidence.objects.exists()


def test_nothing_is_no_evidence() -> None:
    dispute = a_dispute()

    with pytest.raises(EvidenceRefused, match="at least one text"):
        request_evidence(a_draft(dispute, texts=EvidenceTexts(goods=" \n")))

    assert not DisputeEvidence.objects.exists()


def test_what_is_noted_is_not_sent(bank: type[Bank]) -> None:
    assert note_evidence(a_draft(a_dispute()))

    assert submit_due_evidence() == 0
    assert not bank.sent
    assert DisputeEvidence.objects.get().state == EvidenceState.SENT


def test_without_an_answer_the_same_is_sent_again(bank: type[Bank]) -> None:
    bank.says.append(ProviderDown("no answer", sent=True))
    owed()
    submit_due_evidence()

    assert sends_later(timedelta(minutes=1)).state == EvidenceState.SENT

    first, second = bank.sent
    assert first == second


def test_what_is_refused_can_be_sent_anew_and_is_reminded_of(bank: type[Bank]) -> None:
    bank.says.append(ProviderRejected(Failure("evidence_late", "evidence_late")))
    evidence = owed()

    submit_due_evidence()

    assert DisputeEvidence.objects.get().state == EvidenceState.REFUSED
    assert Dispute.objects.get().remind_at is not None
    assert request_evidence(a_draft(evidence.dispute, request_key="again"))


def test_a_provider_without_the_port_is_not_asked(settings: Settings, bank: type[Bank]) -> None:
    owed()
    settings.PAYMENTS = settings.PAYMENTS | {"providers": {"sandbox": f"{__name__}.Mute"}}

    submit_due_evidence()

    refused = DisputeEvidence.objects.get()
    assert (refused.state, refused.error_code) == (EvidenceState.REFUSED, "no_evidence")
    assert not bank.sent


def test_a_refusal_asks_a_person_anew_where_nobody_is_asked(bank: type[Bank]) -> None:
    bank.says.append(ProviderRejected(Failure("evidence_taken", "evidence_taken")))
    owed()
    Review.objects.all().delete()

    submit_due_evidence()

    review = Review.objects.get(kind=ReviewKind.DISPUTE)
    assert (
        review.seen
        == "evidence in the dispute of £60.00: the provider says: it was answered before"
    )


def test_after_the_last_try_a_person_is_asked(bank: type[Bank]) -> None:
    bank.says += [ProviderDown("no answer", sent=True)] * 20
    owed()

    last = [sends_later(timedelta(days=day)) for day in range(0, 30, 2)][-1]

    assert (last.state, last.next_run_at) == (EvidenceState.UNANSWERED, None)


def test_past_the_time_for_which_a_key_is_known_nothing_is_sent_again(bank: type[Bank]) -> None:
    bank.says += [ProviderDown("no answer", sent=True)]
    owed()
    submit_due_evidence()

    evidence = sends_later(timedelta(days=31))

    assert len(bank.sent) == 1
    assert evidence.state == EvidenceState.UNANSWERED


def test_one_that_breaks_keeps_no_other_back(bank: type[Bank]) -> None:
    bank.says += [KeyError("mistake")]
    for number in range(2):
        request_evidence(a_draft(a_dispute(), request_key=str(number)))

    with pytest.raises(Exception, match="KeyError"):
        submit_due_evidence()

    states = sorted(DisputeEvidence.objects.values_list("state", flat=True))
    assert states == [EvidenceState.SENDING, EvidenceState.SENT]


def test_the_texts_are_kept_as_they_were_sent() -> None:
    draft = a_draft(a_dispute())

    request_evidence(draft)

    assert asdict(DisputeEvidence.objects.get().texts) == asdict(draft.texts)


def test_the_sweep_of_nothing_is_one_statement(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        submit_due_evidence()
