"""The sweep: what it claims, how often, and what it closes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries, Settings

from orders.clock import now
from payments.models import Attempt, Operation, ProviderAccount, Review
from payments.models.records import ReviewKind
from payments.providers.actions import QrCode, Redirect
from payments.providers.base import Status
from payments.schedule import WAITS, Case
from payments.services.apply import apply_outcome
from payments.services.poll import claim_due, poll_due
from payments.states import AttemptStatus
from tests.factories import an_account, an_attempt, an_order, later, seen
from tests.payments.services.cast import a_hold, held

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = Redirect("http://127.0.0.1:9/pay/")


@pytest.fixture(autouse=True)
def silent_account() -> ProviderAccount:
    """An account whose bank does not answer."""
    return an_account(base_url="http://127.0.0.1:9")


def due(count: int = 1, action: Redirect | QrCode = PAGE) -> list[Attempt]:
    attempts = []
    for _ in range(count):
        attempt = an_attempt(an_order())
        sent = seen(attempt, Status.REQUIRES_ACTION, next_action=action)
        apply_outcome(attempt_id=attempt.pk, outcome=sent, source="test")
        attempts.append(attempt)
    Attempt.objects.update(next_poll_at=now())
    return attempts


def test_what_is_claimed_is_not_claimed_again() -> None:
    due(3)

    assert (len(claim_due()), len(claim_due())) == (3, 0)


def test_what_a_dead_worker_had_claimed_is_due_again_later() -> None:
    due()
    claim_due()

    with later(timedelta(minutes=3)):
        assert len(claim_due()) == 1


def test_an_account_is_asked_no_more_often_than_its_rate(settings: Settings) -> None:
    settings.PAYMENTS = {**settings.PAYMENTS, "polls_per_second": 0.2}
    due(5)

    assert len(claim_due()) == 2
    assert claim_due() == []
    with later(timedelta(seconds=5)):
        assert len(claim_due()) == 1


def test_the_statements_of_a_claim_do_not_grow(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    due(20)

    with django_assert_num_queries(6):
        claim_due()


def test_no_answer_sets_the_next_question_by_the_table() -> None:
    (attempt,) = due()

    poll_due()

    attempt.refresh_from_db()
    assert attempt.status == AttemptStatus.REQUIRES_ACTION
    assert attempt.next_poll_at is not None
    assert attempt.next_poll_at - now() < 1.2 * WAITS[Case.REDIRECT][1]


def test_a_change_of_status_begins_the_table_anew() -> None:
    (attempt,) = due()
    Attempt.objects.update(polls=9)

    apply_outcome(attempt_id=attempt.pk, outcome=seen(attempt, Status.PROCESSING), source="test")

    attempt.refresh_from_db()
    assert attempt.polls == 0


def test_a_code_that_has_run_out_is_closed() -> None:
    due(action=QrCode("http://127.0.0.1:9/scan/", now() + timedelta(minutes=5)))

    with later(timedelta(minutes=6)):
        poll_due()

    assert Operation.objects.get().kind == "void"


ENDS = [Status.VOIDED, Status.EXPIRED, Status.DECLINED]


@pytest.mark.parametrize("status", ENDS)
def test_what_ended_by_itself_is_not_asked_about(status: Status) -> None:
    (attempt,) = due()

    apply_outcome(attempt_id=attempt.pk, outcome=seen(attempt, status), source="webhook")

    attempt.refresh_from_db()
    assert attempt.next_poll_at is None


@pytest.mark.parametrize("status", ENDS)
def test_what_we_had_closed_is_asked_about_for_some_days_and_then_left(status: Status) -> None:
    (attempt,) = due()
    Attempt.objects.update(closing_at=now(), polls=9)
    apply_outcome(attempt_id=attempt.pk, outcome=seen(attempt, status), source="void")

    asked = []
    for hours in range(0, 24 * 14, 6):
        with later(timedelta(hours=hours)):
            asked += [hours] * poll_due()

    attempt.refresh_from_db()
    assert (len(asked), attempt.next_poll_at) == (5, None)
    assert 60 < asked[-1] < 110
    assert not Review.objects.exists()


def test_a_hold_that_was_released_is_not_asked_about() -> None:
    attempt = a_hold()
    Attempt.objects.update(closing_at=now())
    released = replace(held(attempt, released=6000), status=Status.VOIDED)

    apply_outcome(attempt_id=attempt.pk, outcome=released, source="void")

    attempt.refresh_from_db()
    assert attempt.next_poll_at is None


def somebody_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("select pg_stat_clear_snapshot()")
        cursor.execute(
            "select count(*) from pg_stat_activity"
            " where datname = current_database() and wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])


def test_after_the_last_question_a_person_is_asked() -> None:
    (attempt,) = due()
    Attempt.objects.update(status=AttemptStatus.UNKNOWN, polls=len(WAITS[Case.UNKNOWN]))

    poll_due()

    attempt.refresh_from_db()
    assert attempt.next_poll_at is None
    assert Review.objects.get().kind == ReviewKind.NO_ANSWER


def test_a_hold_is_asked_about_when_staff_are_warned_of_its_end() -> None:
    attempt, ends = a_hold(), now() + timedelta(days=7)

    apply_outcome(attempt_id=attempt.pk, outcome=held(attempt, until=ends), source="test")

    attempt.refresh_from_db()
    assert attempt.next_poll_at == ends - timedelta(hours=48)
