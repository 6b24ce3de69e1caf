"""A clock that ran ahead and was set back stops nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django import Settings

from orders.clock import now
from payments.models import Attempt
from payments.services.ask import ask_if_waiting
from payments.services.rate import take_token
from tests.factories import an_account, an_attempt, an_order, later

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_bucket_emptied_while_the_clock_ran_ahead_fills_again(settings: Settings) -> None:
    settings.PAYMENTS = settings.PAYMENTS | {"polls_per_second": 0.1}
    account = an_account()
    with later(timedelta(days=1)):
        while take_token(account.pk):
            pass

    with later(timedelta(hours=1)):
        assert take_token(account.pk)


def test_a_shopper_is_answered_though_the_last_question_bears_a_later_time() -> None:
    attempt = an_attempt(an_order(), an_account(base_url="http://127.0.0.1:9"))
    Attempt.objects.update(status="requires_action", asked_at=now() + timedelta(days=1))
    attempt.refresh_from_db()

    ask_if_waiting(attempt)

    assert attempt.calls.exists()
