"""An operation that was given up unanswered: taken up again by a person, and never forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orders.clock import now
from payments.errors import ReviewRefused
from payments.models import Attempt, Operation, Payment, ProviderAccount, Review
from payments.models.records import ReviewAct, ReviewKind
from payments.providers.base import Status
from payments.schedule import AFTER_CLOSING, WAITS, Case
from payments.services.poll import poll_due
from payments.services.submit import submit_due_operations
from payments.states import AttemptStatus, OperationStatus
from tests.factories import an_account, an_attempt, later, seen
from tests.payments.refunding import asked_back
from tests.payments.reviewing import close, press
from tests.payments.services.cast import apply, at_bank, bought, capture, held_at_bank, open_reviews

pytestmark = pytest.mark.django_db(transaction=True)
NOBODY = "http://127.0.0.1:9"
A_DAY, PAST_THE_WINDOW = timedelta(days=1, minutes=1), timedelta(days=31)


def a_refund(account: ProviderAccount) -> Operation:
    return asked_back(bought(account), 1000, note="broken")


def given_up(operation: Operation) -> Review:
    """The table of waits is used up while the bank cannot be reached; then it can again."""
    account = ProviderAccount.objects.get()
    ProviderAccount.objects.update(base_url=NOBODY)
    Operation.objects.filter(pk=operation.pk).update(
        status=OperationStatus.UNKNOWN, tries=14, first_sent_at=now()
    )
    submit_due_operations()
    ProviderAccount.objects.update(base_url=account.base_url)
    operation.refresh_from_db()
    assert (operation.status, operation.next_run_at) == (OperationStatus.UNKNOWN, None)
    return Review.objects.get(kind=ReviewKind.NO_ANSWER)


def test_a_refund_that_the_bank_does_not_know_of_is_sent_again(account: ProviderAccount) -> None:
    operation = a_refund(account)

    press(given_up(operation), ReviewAct.ASK_NOW)
    submit_due_operations()

    operation.refresh_from_db()
    assert operation.status == OperationStatus.SUCCEEDED
    assert at_bank(account, operation.attempt.our_ref)[0]["refunded"] == 1000
    assert open_reviews() == []


def test_a_capture_that_the_bank_does_not_know_of_is_sent_again(account: ProviderAccount) -> None:
    operation = capture(held_at_bank(account))

    press(given_up(operation), ReviewAct.ASK_NOW)
    submit_due_operations()

    operation.refresh_from_db()
    assert operation.status == OperationStatus.SUCCEEDED


def test_past_the_window_a_refund_that_is_not_in_the_answer_has_failed(
    account: ProviderAccount,
) -> None:
    operation = a_refund(account)
    review = given_up(operation)

    with later(PAST_THE_WINDOW):
        press(review, ReviewAct.ASK_NOW)

    operation.refresh_from_db()
    assert (operation.status, operation.error_code) == (OperationStatus.FAILED, "not_sent")
    assert Payment.objects.get().refund_pending == 0
    assert open_reviews() == [ReviewKind.REFUND_FAILED]


def test_past_the_window_a_capture_that_is_not_in_the_answer_has_failed(
    account: ProviderAccount,
) -> None:
    attempt = held_at_bank(account)
    review = given_up(capture(attempt))
    Operation.objects.update(first_sent_at=now() - PAST_THE_WINDOW)

    press(review, ReviewAct.ASK_NOW)

    assert capture(attempt, 5000).status == OperationStatus.REQUESTED


def test_past_the_window_without_an_answer_nothing_is_decided(account: ProviderAccount) -> None:
    operation = a_refund(account)
    review = given_up(operation)
    ProviderAccount.objects.update(base_url=NOBODY)

    with later(PAST_THE_WINDOW), pytest.raises(ReviewRefused):
        press(review, ReviewAct.ASK_NOW)

    operation.refresh_from_db()
    assert operation.status == OperationStatus.UNKNOWN
    assert open_reviews() == [ReviewKind.NO_ANSWER]


def test_a_refund_that_was_noted_is_taken_up_a_day_later(account: ProviderAccount) -> None:
    operation = a_refund(account)

    close(given_up(operation))
    with later(A_DAY):
        submit_due_operations()

    operation.refresh_from_db()
    assert operation.status == OperationStatus.SUCCEEDED


def test_an_attempt_that_was_noted_is_asked_about_a_day_later_and_then_a_person_is() -> None:
    attempt = an_attempt(account=an_account(base_url=NOBODY))
    Attempt.objects.update(
        status=AttemptStatus.UNKNOWN, polls=20, next_poll_at=now(), sent_at=now()
    )
    poll_due()

    close(Review.objects.get(kind=ReviewKind.NO_ANSWER))
    assert open_reviews() == []
    with later(A_DAY):
        poll_due()

    attempt.refresh_from_db()
    assert attempt.calls.count() == 2
    assert open_reviews() == [ReviewKind.NO_ANSWER]


def authorized_and_given_up() -> tuple[Attempt, Review]:
    """It was not asked only to hold the money, and yet is not charged."""
    attempt = an_attempt(account=an_account(base_url=NOBODY))
    apply(attempt, seen(attempt, Status.AUTHORIZED, authorized=6000))
    Attempt.objects.update(polls=len(WAITS[Case.REDIRECT]) + AFTER_CLOSING, next_poll_at=now())
    poll_due()
    return attempt, Review.objects.get(kind=ReviewKind.NO_ANSWER)


def test_what_is_only_authorized_and_was_noted_is_asked_about_a_day_later() -> None:
    attempt, review = authorized_and_given_up()

    close(review)

    attempt.refresh_from_db()
    assert attempt.next_poll_at


def test_what_is_still_only_authorized_settles_nothing() -> None:
    _attempt, review = authorized_and_given_up()

    with pytest.raises(ReviewRefused):
        press(review, ReviewAct.ASK_NOW)

    assert open_reviews() == [ReviewKind.NO_ANSWER]
