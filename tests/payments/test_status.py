"""payments_status: what waits, what is stuck, an exit code for monitoring, at a fixed cost."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from celery import current_app
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries, Settings

from config.ports import HOST, free_port
from orders.clock import now
from orders.models import Mail
from orders.wake import run
from payments.models import Attempt, InboxEvent, Operation, Payment, Review
from payments.models.records import ReviewKind
from payments.monitoring.report import LONGEST_QUEUE, look
from payments.queries import MOST_FEED_FAILURES
from payments.services.reviews import open_review
from payments.states import InboxState
from tests.factories import a_payment, an_account, an_attempt, an_order, later

pytestmark = pytest.mark.django_db
STATEMENTS = 15
OF_WHAT_WAITS = {
    "event_due",
    "event_dead",
    "operation_due",
    "evidence_due",
    "mail_due",
    "mail_given_up",
    "attempt_poll_due",
    "order_due_to_expire",
    "review_open",
    "review_open_once",
    "saved_method_leaving",
    "settlement_file_refused",
}
"""Indexes that hold only what waits."""


@pytest.fixture(autouse=True)
def _no_run_is_known() -> None:
    cache.clear()


def status(*flags: str) -> str:
    out = io.StringIO()
    call_command("payments_status", *flags, stdout=out)
    return out.getvalue()


def problems() -> list[str]:
    return look().problems


def an_event(state: InboxState = InboxState.RECEIVED, **given: Any) -> InboxEvent:
    values = {"event_id": f"evt_{InboxEvent.objects.count()}", "kind": "x", "body": b"{}"} | given
    account = an_attempt().account if "account" not in given else given["account"]
    return InboxEvent.objects.create(**{**values, "state": state, "account": account})


def test_a_shop_at_rest_is_well() -> None:
    out = status()

    assert "webhook events given up           0" in out
    assert problems() == []


@pytest.mark.parametrize(
    ("named", "hours"),
    [("webhook events", 1), ("mails", 1), ("questions to providers", 1), ("orders to expire", 2)],
)
def test_what_has_been_due_too_long_is_named(named: str, hours: int) -> None:
    a_payment()
    an_event(account=Attempt.objects.get().account)
    Attempt.objects.update(next_poll_at=now())
    an_order()

    with later(timedelta(hours=hours)):
        assert [p for p in problems() if p.startswith(f"{named}: 1 due")]


def test_an_operation_that_nobody_sends_is_named() -> None:
    attempt = an_attempt()
    Operation.objects.create(attempt=attempt, request_key="r", amount=100)

    assert problems() == []
    with later(timedelta(minutes=6)):
        (problem,) = problems()
    assert problem.startswith("refunds, captures, voids: 1 due, the first for 6 min")
    assert "payments.submit_operations" in problem


def test_what_is_put_off_is_not_stuck() -> None:
    an_event(next_run_at=now() + timedelta(hours=6), received_at=now() - timedelta(hours=6))

    assert problems() == []
    assert look().work[0].waiting == 1


def test_what_is_stuck_ends_with_an_error_that_names_it() -> None:
    an_event(InboxState.DEAD, next_run_at=None)

    with pytest.raises(CommandError, match="webhook events: 1 given up"):
        status()


def test_a_mail_that_was_given_up_is_named() -> None:
    a_payment()
    Mail.objects.update(next_run_at=None)

    assert problems() == ["mails: 1 given up and never sent"]


def test_open_reviews_are_counted_by_reason_and_named_once_old() -> None:
    payment = a_payment()
    Mail.objects.update(sent_at=now(), next_run_at=None)
    open_review(ReviewKind.SURPLUS, payment, subject="a", detail="")
    open_review(ReviewKind.SURPLUS, payment, subject="b", detail="")
    open_review(ReviewKind.NO_ANSWER, payment, subject="c", detail="")

    assert look().attention.reviews == {"no_answer": 1, "surplus": 2}
    assert problems() == []
    with later(timedelta(days=4)):
        assert [p for p in problems() if p.startswith("reviews: the oldest has been open for 4 d")]


def test_the_json_says_the_same() -> None:
    an_event(InboxState.PARKED, next_run_at=now() + timedelta(minutes=2))
    Review.objects.all().delete()

    told = json.loads(status("--json"))

    assert (told["ok"], told["problems"]) == (True, [])
    assert told["attention"]["parked_events"] == 1
    assert told["work"][0]["waiting"] == 1


def test_the_last_run_of_a_task_is_known_where_a_cache_is_shared(settings: Settings) -> None:
    settings.ORDERS = {**settings.ORDERS, "shared_cache": "default"}
    run("payments.poll_due", lambda: 0, full=100)

    assert look().runs["payments.poll_due"] is not None
    assert problems() == []
    with later(timedelta(minutes=6)):
        (problem,) = problems()
    assert problem.startswith("task payments.poll_due: no run has ended for 6 min")


def test_a_task_that_fails_counts_as_one_that_does_not_run(settings: Settings) -> None:
    settings.ORDERS = {**settings.ORDERS, "shared_cache": "default"}

    def fail() -> int:
        raise RuntimeError("no sense in this one")

    with pytest.raises(RuntimeError):
        run("payments.expire_orders", fail, full=100)

    assert look().runs["payments.expire_orders"] is None


def test_a_broker_that_does_not_answer_leaves_queues_unknown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(current_app.conf, "broker_read_url", f"redis://{HOST}:{free_port()}/0")

    assert set(look().queues.values()) == {None}
    assert "queue webhooks              unknown" in status()


def test_a_queue_that_nobody_reads_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def lengths(names: list[str]) -> dict[str, int | None]:
        return dict.fromkeys(names, LONGEST_QUEUE + 1)

    monkeypatch.setattr("payments.monitoring.report.queue_lengths", lengths)

    assert f"queue mail: {LONGEST_QUEUE + 1} messages; no worker listens to it" in problems()


def test_live_accounts_that_rest_are_named() -> None:
    an_account(code="acme", mode="live")

    assert 'not used here, since PAYMENTS["live"] is not True: acme' in status()


def test_the_statements_do_not_grow(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for number in range(5):
        an_event(account=a_payment().attempts.get().account, event_id=f"e{number}")

    with django_assert_num_queries(STATEMENTS):
        look()


def test_history_is_not_read() -> None:
    """Each statement finds what waits by an index that holds nothing else."""
    with CaptureQueriesContext(connection) as asked:
        look()

    reading = [
        query["sql"] for query in asked if not any(map(plan_of(query["sql"]).count, OF_WHAT_WAITS))
    ]
    assert [sql for sql in reading if "_provideraccount" not in sql] == []


def plan_of(statement: str) -> str:
    """How the database would go about it if the table were too long to be read."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {statement}")
        else:
            cursor.execute(f"EXPLAIN QUERY PLAN {statement}")
        return " ".join(str(row) for row in cursor.fetchall()).lower()


def test_nothing_is_changed_by_looking() -> None:
    a_payment()
    before = list(Payment.objects.values()), list(Attempt.objects.values())

    status()

    assert (list(Payment.objects.values()), list(Attempt.objects.values())) == before


def test_a_list_of_events_that_fails_for_long_is_named() -> None:
    an_account(feed_failures=MOST_FEED_FAILURES)

    (problem,) = problems()

    assert problem.startswith(
        f"events of sandbox: their list could not be read {MOST_FEED_FAILURES}"
    )


def test_without_a_shared_cache_one_line_says_that_runs_are_unknown(settings: Settings) -> None:
    settings.ORDERS = {**settings.ORDERS, "shared_cache": ""}

    told = [line for line in status().splitlines() if "run" in line]

    assert told == ['last runs of tasks: unknown, since ORDERS["shared_cache"] names no cache']
