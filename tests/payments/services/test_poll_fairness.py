"""An account that has used up its rate keeps no other account waiting."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django import Settings

from orders.clock import now
from payments.models import Attempt, ProviderAccount
from payments.services.poll import BATCH, claim_due
from tests.factories import an_account, an_attempt, an_order

pytestmark = pytest.mark.django_db(transaction=True)


def due(account: ProviderAccount, count: int, *, since: timedelta) -> None:
    mine = [an_attempt(an_order(), account).pk for _ in range(count)]
    Attempt.objects.filter(pk__in=mine).update(next_poll_at=now() - since)


def test_a_crowd_of_one_account_keeps_no_other_account_waiting(settings: Settings) -> None:
    settings.PAYMENTS = {**settings.PAYMENTS, "polls_per_second": 0.1}
    crowded, quiet = an_account(), an_account(code="quiet", merchant_id="mer_quiet")
    due(crowded, BATCH + 1, since=timedelta(minutes=2))
    due(quiet, 1, since=timedelta(minutes=1))

    asked = [attempt.account_id for attempt in claim_due()]

    assert asked == [crowded.pk, quiet.pk]
