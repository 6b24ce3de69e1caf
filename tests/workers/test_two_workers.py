"""Two workers over one database file: every event is applied once, no lock loses work."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orders.models import Mail
from payments.models import Entry, InboxEvent, Payment
from payments.services.check_ledger import faults
from payments.states import InboxState, PaymentStatus
from tests.config.waiting import until
from tests.factories import an_account, an_attempt, an_order
from tests.payments.wire import a_captured_body
from tests.workers.shop import a_crew

pytestmark = pytest.mark.django_db(transaction=True)
SALES = 120


def a_sale_told_of() -> None:
    """An order whose webhook is stored and not applied."""
    attempt = an_attempt(an_order())
    body = a_captured_body(attempt)
    InboxEvent.objects.create(
        account=attempt.account,
        event_id=str(body["id"]),
        kind="payment.captured",
        body=json.dumps(body).encode(),
    )


def open_work() -> bool:
    waiting = InboxEvent.objects.exclude(state=InboxState.DONE).exists()
    return waiting or Mail.objects.filter(sent_at=None).exists()


def test_two_workers_share_the_work_and_lose_none(tmp_path: Path) -> None:
    """On SQLite, where no test of threads in one process is like it; on PostgreSQL too."""
    an_account()
    for _ in range(SALES):
        a_sale_told_of()

    with a_crew(None, tmp_path, "--pool=threads", "--concurrency=2") as crew:
        workers = [crew.hire(), crew.hire()]
        for _ in range(SALES // 4):  # a shop that sells meanwhile writes to the same file
            a_sale_told_of()
        assert until(lambda: not open_work()), "\n".join(worker.said for worker in workers)
        said = "\n".join(worker.said for worker in workers)

    sales = SALES + SALES // 4
    assert Payment.objects.filter(status=PaymentStatus.PAID).count() == sales
    assert (Entry.objects.count(), Mail.objects.count()) == (sales, sales)
    assert list(faults()) == []
    assert "locked" not in said
    assert "Traceback" not in said
