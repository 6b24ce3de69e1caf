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
from payments.providers.actions import QrCode, Redirect
from payments.providers.base import (
    CaptureSeen,
    DisputeSeen,
    DisputeStatus,
    Failure,
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


def told(attempt: Attempt, *outcomes: Outcome) -> Attempt:
    """The attempt after what is seen of it."""
    apply(attempt, *outcomes)
    return Attempt.objects.get(pk=attempt.pk)


def test_a_refusal_keeps_its_code_and_the_beginning_of_their_words() -> None:
    attempt = an_attempt()

    declined = seen(attempt, Status.DECLINED, error=Failure("declined", "x" * 99))

    assert told(attempt, declined).error_code == "declined"
    assert told(attempt, declined).error_raw == "x" * 80


def test_an_error_told_of_money_that_came_is_none() -> None:
    attempt = an_attempt()

    assert told(attempt, captured(attempt, error=Failure("declined", "51"))).error_code == ""


def test_where_the_shopper_is_to_go_is_kept_with_its_end() -> None:
    attempt, ends = an_attempt(), now() + timedelta(minutes=5)

    page = seen(attempt, Status.REQUIRES_ACTION, next_action=Redirect("https://bank/1", ends))

    stands = told(attempt, page)
    assert (stands.redirect_url, stands.action_expires_at) == ("https://bank/1", ends)


def test_what_the_shopper_is_to_scan_is_kept_with_its_end() -> None:
    attempt, ends = an_attempt(), now() + timedelta(minutes=5)

    code = seen(attempt, Status.REQUIRES_ACTION, next_action=QrCode("wx://1", ends))

    stands = told(attempt, code)
    assert (stands.qr_content, stands.action_expires_at) == ("wx://1", ends)


def test_no_answer_does_not_put_a_mismatch_right() -> None:
    attempt = an_attempt()
    wrong = of_another_merchant(seen(attempt, Status.REQUIRES_ACTION))

    assert told(attempt, wrong, Outcome(Status.UNKNOWN)).error_code == "mismatch"


EURO = Money(100, "EUR")


@pytest.mark.parametrize(
    "facts",
    [
        {"amount": EURO},
        {"captures": (CaptureSeen("cap_1", "", EURO),)},
        {"refunds": (RefundSeen("re_1", "", EURO, RefundStatus.SUCCEEDED),)},
    ],
    ids=lambda facts: next(iter(facts)),
)
def test_money_of_another_currency_is_for_a_person_who_reads_both(facts: dict[str, Any]) -> None:
    attempt = an_attempt()

    stands = told(attempt, replace(captured(attempt), **facts))

    review = Review.objects.get()
    assert (stands.captured, review.kind) == (0, ReviewKind.MISMATCH)
    assert review.subject_ref == attempt.our_ref
    assert "EUR" in review.seen
    assert "GBP" in review.seen


def test_once_nothing_is_to_be_learnt_by_asking_a_person_reads_how_often_it_was_tried() -> None:
    attempt = an_attempt()
    Attempt.objects.update(polls=99)

    apply_outcome(attempt_id=attempt.pk, outcome=seen(attempt, Status.UNKNOWN), source="poll")
    Attempt.objects.update(polls=99)
    apply_outcome(attempt_id=attempt.pk, outcome=seen(attempt, Status.UNKNOWN), source="poll")

    review = Review.objects.get(kind=ReviewKind.NO_ANSWER)
    assert review.subject_ref == attempt.our_ref
    assert review.seen.startswith("asked 99 times")
    assert Attempt.objects.get().next_poll_at is None
