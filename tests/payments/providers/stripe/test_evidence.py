"""Evidence whose answer was lost at Stripe, which keeps its own errors for the key."""

from __future__ import annotations

from datetime import timedelta

import pytest

from payments.models import Dispute, DisputeEvidence
from payments.providers.evidence import EvidenceRequest, EvidenceTexts
from payments.providers.protocol import TakesEvidence
from payments.services.evidence import request_evidence
from payments.services.send_evidence import submit_due_evidence
from payments.states import EvidenceState
from tests.factories import later
from tests.payments.disputing import a_draft
from tests.payments.providers.stripe.till import Till

pytestmark = pytest.mark.django_db(transaction=True)


def answered(till: Till, **asked: bool) -> tuple[str, DisputeEvidence]:
    """Stripe's name of a dispute, and what staff have to say in it."""
    attempt = till.sold()
    name = till.dispute(attempt, **asked)
    till.hears(attempt)
    request_evidence(a_draft(Dispute.objects.get()))
    return name, DisputeEvidence.objects.get()


def says(till: Till, request: EvidenceRequest) -> None:
    """Have Stripe take an answer of which nothing is booked here."""
    provider = till.seller.provider
    assert isinstance(provider, TakesEvidence)
    provider.submit_evidence(request)


def test_what_stripe_took_with_an_error_is_sent(till: Till) -> None:
    _name, evidence = answered(till)
    till.fake.trouble.next("error_after", on="POST /v1/disputes")

    till.work()

    evidence.refresh_from_db()
    assert evidence.state == EvidenceState.SENT


def test_what_stripe_has_not_taken_is_owed_still(till: Till) -> None:
    _name, evidence = answered(till)
    till.fake.trouble.next("error_before", on="POST /v1/disputes")

    till.work()

    evidence.refresh_from_db()
    assert evidence.state == EvidenceState.SENDING


def works_on(till: Till) -> DisputeEvidence:
    """Two more turns of the workers; how the evidence stands then."""
    for minutes in (5, 30):
        with later(timedelta(minutes=minutes)):
            submit_due_evidence()
    return DisputeEvidence.objects.get()


def test_what_stripe_has_not_taken_is_sent_by_the_next_turn_once(till: Till) -> None:
    name, _evidence = answered(till)
    till.fake.trouble.next("error_before", on="POST /v1/disputes")
    till.work()

    assert works_on(till).state == EvidenceState.SENT

    assert till.fake.told(name)["evidence_details"]["submission_count"] == 1


def test_what_stripe_took_by_another_key_with_an_error_is_not_sent_once_more(till: Till) -> None:
    name, _evidence = answered(till)
    till.fake.trouble.next("error_before", on="POST /v1/disputes")
    till.fake.trouble.next("error_after", on=":evidence:2")
    till.work()

    assert works_on(till).state == EvidenceState.SENT

    assert till.fake.told(name)["evidence_details"]["submission_count"] == 1


def test_over_an_answer_by_hand_ours_is_not_sent_by_another_key(till: Till) -> None:
    name, _evidence = answered(till)
    till.fake.trouble.next("error_before", on="POST /v1/disputes")
    till.work()
    says(till, EvidenceRequest(name, "by hand", EvidenceTexts(statement="They have it.")))

    assert works_on(till).state == EvidenceState.SENDING

    assert till.fake.told(name)["evidence_details"]["submission_count"] == 1


def test_another_answer_that_the_dispute_has_is_not_ours(till: Till) -> None:
    name, evidence = answered(till)
    says(till, EvidenceRequest(name, "another", EvidenceTexts(statement="They have it.")))
    till.fake.trouble.next("error_before", on="POST /v1/disputes")

    till.work()

    evidence.refresh_from_db()
    assert evidence.state == EvidenceState.SENDING


def test_an_answer_that_an_inquiry_has_is_sent_also_once_it_is_a_claim(till: Till) -> None:
    name, evidence = answered(till, inquiry=True)
    says(till, EvidenceRequest(name, evidence.key, evidence.texts, of_inquiry=True))
    till.fake.escalate(name)

    till.work()

    evidence.refresh_from_db()
    assert evidence.state == EvidenceState.SENT
