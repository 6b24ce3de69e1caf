"""What a person was asked about, since the bank was silent, ends once the bank has told it."""

from __future__ import annotations

import pytest

from payments.models import Attempt, Operation
from payments.models.records import ReviewKind
from payments.providers.base import Status
from payments.services.cancel import cancel_order
from payments.states import AttemptStatus, OperationStatus
from tests.factories import a_refund_seen, an_attempt, captured, seen
from tests.payments.refunding import asked_back
from tests.payments.reviewing import a_review
from tests.payments.services.cast import a_hold, apply, capture, held, open_reviews

pytestmark = pytest.mark.django_db


def a_silent_attempt() -> Attempt:
    attempt = an_attempt()
    a_review(attempt.payment, ReviewKind.NO_ANSWER, subject=attempt.our_ref)
    Attempt.objects.update(status=AttemptStatus.UNKNOWN, next_poll_at=None)
    return attempt


def give_up(operation: Operation) -> None:
    a_review(operation.attempt.payment, ReviewKind.NO_ANSWER, subject=operation.our_ref)
    ours = Operation.objects.filter(pk=operation.pk)
    ours.update(status=OperationStatus.UNKNOWN, next_run_at=None)


def test_money_that_is_told_of_answers_what_became_of_an_attempt() -> None:
    attempt = a_silent_attempt()

    apply(attempt, captured(attempt))

    assert open_reviews() == []


def test_a_page_that_waits_for_the_shopper_answers_nothing() -> None:
    attempt = a_silent_attempt()

    apply(attempt, seen(attempt, Status.REQUIRES_ACTION))

    assert open_reviews() == [ReviewKind.NO_ANSWER]


def test_a_refund_that_is_told_of_answers_what_became_of_it() -> None:
    attempt = an_attempt()
    apply(attempt, captured(attempt))
    ours = asked_back(attempt, 1000)
    give_up(ours)

    apply(attempt, captured(attempt, refunds=(a_refund_seen(1000, our_ref=ours.our_ref),)))

    assert open_reviews() == []


def test_a_capture_that_is_told_of_answers_what_became_of_it() -> None:
    attempt = a_hold()
    apply(attempt, held(attempt))
    give_up(capture(attempt))

    apply(attempt, held(attempt, captured=6000))

    assert open_reviews() == []


def test_a_release_that_is_told_of_answers_what_became_of_the_void() -> None:
    attempt = a_hold()
    apply(attempt, held(attempt))
    cancel_order(payment_id=attempt.payment_id, actor="clerk", reason="", requested_by=None)
    give_up(Operation.objects.get())

    apply(attempt, held(attempt, released=6000))

    assert open_reviews() == []
