"""An answer that nobody can read: kept as evidence, shown to a person, and believed in nothing."""

from __future__ import annotations

import pytest

from payments.models import Attempt, ProviderCall, Review
from payments.models.records import CallResult, ReviewKind
from payments.providers.base import Outcome
from payments.services.ask import ask
from payments.services.calls import call_provider
from payments.states import AttemptStatus
from tests.factories import an_account, an_attempt
from tests.payments.providers.fake_bank import FakeBank
from tests.payments.wire import a_payment_body

pytestmark = pytest.mark.django_db


def asked(bank: FakeBank, **wrong: object) -> Attempt:
    """An attempt after two questions whose answer says paid, but for what is wrong in it."""
    attempt = an_attempt(account=an_account(base_url=bank.account.base_url))
    bank.says = {"data": [a_payment_body(attempt, **wrong)]}
    ask(attempt.pk, source="test")
    return ask(attempt.pk, source="test")


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"refunds": [5]}, "refunds[0] is not an object"),
        ({"captured": "6000"}, "captured is not an amount"),
        ({"currency": None}, "currency is not a short text"),
        ({"status": ["captured"]}, "status is not a short text"),
        ({"card": "4242"}, "card is not an object"),
    ],
    ids=str,
)
def test_a_malformed_answer_is_for_a_person_and_marks_nothing_paid(
    fake_bank: FakeBank, wrong: dict[str, object], named: str
) -> None:
    attempt = asked(fake_bank, **wrong)

    review = Review.objects.get()
    assert (review.kind, review.subject_ref) == (ReviewKind.BAD_ANSWER, attempt.our_ref)
    assert named in review.detail
    assert (attempt.status, attempt.captured) == (AttemptStatus.UNKNOWN, 0)
    assert attempt.next_poll_at is not None


def test_its_evidence_names_the_field_and_not_what_stood_there(fake_bank: FakeBank) -> None:
    asked(fake_bank, card="4242424242424242")

    for call in ProviderCall.objects.all():
        assert call.evidence == {"error": "malformed answer: answer.data[0].card is not an object"}


def test_a_call_that_breaks_the_adapter_is_not_kept_as_answered() -> None:
    def broken() -> Outcome:
        raise TypeError

    with pytest.raises(TypeError):
        call_provider("query", broken, attempt=an_attempt())

    assert ProviderCall.objects.get().result == CallResult.TECHNICAL
