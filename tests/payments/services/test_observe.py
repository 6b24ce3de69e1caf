"""What an observation does to an attempt that is under way: never back, never put off."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F

from orders.clock import now
from orders.money import Money
from payments.models import Attempt, Review
from payments.models.records import ReviewKind
from payments.providers.base import (
    DisputeSeen,
    DisputeStatus,
    Outcome,
    RefundSeen,
    RefundStatus,
    Status,
)
from payments.services.apply import apply_outcome
from payments.states import AttemptStatus
from tests.factories import an_attempt, captured, later, seen
from tests.payments.services.cast import a_hold, apply, held

pytestmark = pytest.mark.django_db


def test_a_mismatch_is_asked_about_again_until_it_is_put_right() -> None:
    attempt = an_attempt()
    apply(attempt, seen(attempt, Status.REQUIRES_ACTION))

    apply(attempt, Outcome(Status.CAPTURED, our_ref=attempt.our_ref, captured=6000, mode="live"))
    attempt.refresh_from_db()
    assert (attempt.error_code, attempt.next_poll_at is None) == ("mismatch", False)

    apply(attempt, captured(attempt))
    attempt.refresh_from_db()
    assert attempt.error_code == ""


def of_another_merchant(outcome: Outcome) -> Outcome:
    return replace(outcome, merchant_id="mer_other")


def polled(attempt: Attempt, outcome: Outcome) -> timedelta:
    """What the sweep hears of it, which has put it off meanwhile; how long it waits then."""
    Attempt.objects.filter(pk=attempt.pk).update(next_poll_at=now(), polls=F("polls") + 1)
    apply_outcome(attempt_id=attempt.pk, outcome=outcome, source="poll")
    attempt.refresh_from_db()
    assert attempt.next_poll_at
    return attempt.next_poll_at - now()


def test_a_hold_whose_bank_answers_of_another_is_asked_about_as_any_hold() -> None:
    attempt = a_hold()
    apply(attempt, held(attempt))

    waits = polled(attempt, of_another_merchant(held(attempt)))

    assert waits > timedelta(hours=23)


def test_a_closed_attempt_whose_bank_answers_of_another_is_asked_about_by_its_table() -> None:
    attempt = an_attempt()
    Attempt.objects.update(closing_at=now())
    apply(attempt, seen(attempt, Status.VOIDED))

    waits = polled(attempt, of_another_merchant(seen(attempt, Status.VOIDED)))

    assert waits > timedelta(hours=4)


def test_an_old_webhook_moves_an_attempt_not_back() -> None:
    attempt = an_attempt()
    apply(attempt, seen(attempt, Status.PROCESSING))

    old = seen(attempt, Status.REQUIRES_ACTION)
    apply_outcome(attempt_id=attempt.pk, outcome=old, source="webhook")

    attempt.refresh_from_db()
    assert attempt.status == AttemptStatus.PROCESSING


def test_who_asks_in_between_does_not_put_off_the_table() -> None:
    attempt = an_attempt()
    apply(attempt, seen(attempt, Status.PROCESSING))
    attempt.refresh_from_db()
    planned = attempt.next_poll_at

    with later(timedelta(minutes=5)):
        apply(attempt, seen(attempt, Status.PROCESSING))

    attempt.refresh_from_db()
    assert attempt.next_poll_at == planned


@pytest.mark.parametrize("facts", [{"refunds": 1}, {"disputes": 1}])
def test_a_fact_of_nothing_does_not_stop_the_money_beside_it(facts: dict[str, int]) -> None:
    attempt = an_attempt()
    nothing = Money(0, "GBP")
    told: dict[str, Any] = (
        {"refunds": (RefundSeen("re_0", "", nothing, RefundStatus.SUCCEEDED),)}
        if "refunds" in facts
        else {"disputes": (DisputeSeen("dp_0", nothing, DisputeStatus.OPEN),)}
    )

    payment = apply(attempt, captured(attempt, **told))

    assert payment.captured == 6000
    assert Review.objects.get().kind == ReviewKind.MISMATCH
