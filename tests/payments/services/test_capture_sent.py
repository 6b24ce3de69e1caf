"""Captures sent to a bank: taken once, believed refused only once asked, and ended at what came."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from config.ports import free_port
from payments.models import Attempt, Operation, Payment, ProviderAccount, Review
from payments.models.records import ReviewKind
from payments.providers.base import ProviderObject
from payments.services.submit import submit_due_operations
from payments.states import OperationStatus, PaymentStatus
from tests.factories import later
from tests.payments.providers.fake_bank import FakeBank
from tests.payments.services.cast import (
    a_hold,
    apply,
    at_bank,
    capture,
    held,
    held_at_bank,
    open_reviews,
)
from tests.payments.wire import a_payment_body

pytestmark = pytest.mark.django_db
A_MINUTE = timedelta(minutes=1)


def sent(operation: Operation, *, after: timedelta = timedelta()) -> Operation:
    """The capture after a worker has sent what was due."""
    with later(after):
        submit_due_operations()
    operation.refresh_from_db()
    return operation


def stands(attempt: Attempt) -> tuple[int, int, int]:
    attempt.refresh_from_db()
    return attempt.captured, attempt.capture_asked, attempt.held


def test_a_requested_capture_is_made_at_the_bank(account: ProviderAccount) -> None:
    attempt = held_at_bank(account)

    operation = sent(capture(attempt))

    assert operation.status == OperationStatus.SUCCEEDED
    assert Payment.objects.get().status == PaymentStatus.PAID
    assert at_bank(account, attempt.our_ref)[0]["captured"] == 6000


def test_a_capture_whose_answer_got_lost_is_taken_once(account: ProviderAccount) -> None:
    attempt = held_at_bank(account, "tok_capture_times_out")
    operation = sent(capture(attempt, 2500, final=False))
    assert operation.status == OperationStatus.UNKNOWN

    sent(operation, after=A_MINUTE)

    assert operation.status == OperationStatus.SUCCEEDED
    assert at_bank(account, attempt.our_ref)[0]["captured"] == 2500


def test_a_refused_capture_has_failed_and_leaves_the_hold(account: ProviderAccount) -> None:
    attempt = held_at_bank(account, "tok_capture_fails")

    operation = sent(capture(attempt))

    assert (operation.status, operation.error_raw) == (OperationStatus.FAILED, "capture_refused")
    assert (stands(attempt), open_reviews()) == ((0, 0, 6000), [ReviewKind.CAPTURE_FAILED])


def test_a_capture_that_took_less_ends_at_what_came_and_the_rest_can_be_captured(
    account: ProviderAccount,
) -> None:
    attempt = held_at_bank(account, "tok_partial_capture")

    operation = sent(capture(attempt, 4000, final=False))

    assert (operation.status, operation.amount) == (OperationStatus.SUCCEEDED, 2000)
    assert (stands(attempt), open_reviews()) == ((2000, 2000, 4000), [ReviewKind.WRONG_AMOUNT])
    assert sent(capture(attempt, 1000, final=False)).amount == 500


def test_a_last_capture_that_took_less_does_not_make_the_order_paid(
    account: ProviderAccount,
) -> None:
    attempt = held_at_bank(account, "tok_partial_capture")

    operation = sent(capture(attempt))

    payment = Payment.objects.select_related("order").get()
    assert (operation.status, operation.amount) == (OperationStatus.SUCCEEDED, 3000)
    assert (payment.status, payment.order.paid_at) == (PaymentStatus.PARTIALLY_PAID, None)
    assert (stands(attempt), open_reviews()) == ((3000, 3000, 0), [ReviewKind.WRONG_AMOUNT])


@pytest.fixture
def hold(fake_bank: FakeBank) -> Attempt:
    """A hold at a bank that says what a test lets it say."""
    attempt = a_hold()
    ProviderAccount.objects.update(base_url=fake_bank.account.base_url)
    named = ProviderObject("payment", f"pay_{attempt.our_ref}")
    apply(attempt, replace(held(attempt), objects=(named,)))
    return attempt


@pytest.fixture
def unanswered(hold: Attempt) -> Operation:
    """A capture of 2500 that was sent once, and not answered."""
    here = ProviderAccount.objects.get().base_url
    ProviderAccount.objects.update(base_url=f"http://127.0.0.1:{free_port()}")
    operation = sent(capture(hold, 2500, final=False))
    ProviderAccount.objects.update(base_url=here)
    assert operation.status == OperationStatus.UNKNOWN
    return operation


def test_a_refusal_of_what_was_sent_again_is_not_believed_where_the_first_was_taken(
    fake_bank: FakeBank, hold: Attempt, unanswered: Operation
) -> None:
    fake_bank.refuses = "payment_not_authorized"
    fake_bank.says = a_payment_body(hold, status="authorized", captured=2500)

    sent(unanswered, after=A_MINUTE)

    assert (unanswered.status, open_reviews()) == (OperationStatus.SUCCEEDED, [])


def test_a_refusal_is_not_believed_before_the_bank_says_how_it_stands(
    fake_bank: FakeBank, hold: Attempt, unanswered: Operation
) -> None:
    fake_bank.refuses, fake_bank.says = "payment_not_authorized", None

    sent(unanswered, after=A_MINUTE)

    assert (unanswered.status, open_reviews()) == (OperationStatus.UNKNOWN, [])
    assert unanswered.next_run_at


def test_a_refusal_is_believed_once_the_bank_says_that_nothing_came(
    fake_bank: FakeBank, hold: Attempt, unanswered: Operation
) -> None:
    fake_bank.refuses = "payment_not_authorized"
    fake_bank.says = a_payment_body(hold, status="authorized", captured=0)

    sent(unanswered, after=A_MINUTE)

    assert (unanswered.status, open_reviews()) == (
        OperationStatus.FAILED,
        [ReviewKind.CAPTURE_FAILED],
    )


def test_a_refused_capture_of_which_a_part_came_ends_at_that_part(
    fake_bank: FakeBank, hold: Attempt, unanswered: Operation
) -> None:
    fake_bank.refuses = "payment_not_authorized"
    fake_bank.says = a_payment_body(hold, status="authorized", captured=1500)

    sent(unanswered, after=A_MINUTE)

    assert (unanswered.status, unanswered.amount) == (OperationStatus.SUCCEEDED, 1500)
    assert Review.objects.get().kind == ReviewKind.WRONG_AMOUNT


def test_a_capture_of_which_a_part_came_and_the_rest_was_let_go_ends_there(hold: Attempt) -> None:
    operation = capture(hold)

    apply(hold, held(hold, captured=4000, released=2000))

    operation.refresh_from_db()
    assert (operation.status, operation.amount) == (OperationStatus.SUCCEEDED, 4000)
    assert (stands(hold), open_reviews()) == ((4000, 4000, 0), [ReviewKind.WRONG_AMOUNT])
