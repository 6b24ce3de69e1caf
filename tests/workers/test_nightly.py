"""Reports are fetched and compared by a real worker, by the plan of beat."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from payments.models import Attempt, Match
from payments.services.accounts import connect_sandbox
from tests.config.waiting import until
from tests.payments.reconciliation.night import days_here, today
from tests.payments.services.cast import bought
from tests.shop.cast import NOBODY_LISTENS
from tests.workers.shop import a_crew

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = ("--pool=threads", "--concurrency=2")


def test_the_report_of_yesterday_is_fetched_and_compared(bank: str, tmp_path: Path) -> None:
    """The shop has had an attempt since yesterday; nothing was paid on that day."""
    account = connect_sandbox(bank_url=bank, hooks_base_url=NOBODY_LISTENS)
    attempt = bought(account)
    yesterday = attempt.created_at - timedelta(days=1)
    Attempt.objects.filter(pk=attempt.pk).update(created_at=yesterday)

    with a_crew(None, tmp_path, *THREADS) as crew:
        worker = crew.hire()
        assert until(Match.objects.filter(ended_at__isnull=False).exists), worker.said

    assert days_here(account) == [(today() - timedelta(days=1), "loaded")]
