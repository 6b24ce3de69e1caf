"""Of an answer that is not believed, what it said is kept."""

from __future__ import annotations

import pytest

from payments.models import Attempt, Review
from payments.models.records import ReviewKind
from payments.services.ask import ask
from payments.sights import told
from payments.states import AttemptStatus
from tests.factories import an_account, an_attempt, an_order
from tests.payments.providers.fake_bank import FakeBank
from tests.payments.wire import a_payment_body

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_answer_in_another_currency_leaves_how_much_was_taken(fake_bank: FakeBank) -> None:
    account = an_account(base_url=fake_bank.account.base_url, merchant_id="mer_1")
    attempt = an_attempt(an_order(), account)
    Attempt.objects.update(status=AttemptStatus.UNKNOWN)
    fake_bank.says = {"data": [a_payment_body(attempt, currency="USD", captured=7777)]}

    ask(attempt.pk, source="poll")

    review = Review.objects.get(kind=ReviewKind.MISMATCH)
    assert "77.77" in told(review.detail, review.facts)
