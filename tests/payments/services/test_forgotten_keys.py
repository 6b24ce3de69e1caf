"""What never got through while its key was good has failed once an answer lacks it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orders.clock import now
from payments.models import Attempt, Operation, Payment, ProviderAccount, ProviderCall
from payments.models.records import ReviewKind
from payments.services.cancel import cancel_order
from payments.services.poll import poll_due
from payments.services.submit import submit_due_operations
from payments.states import AttemptStatus, OperationKind, OperationStatus
from tests.payments.refunding import asked_back
from tests.payments.services.cast import (
    bought,
    capture,
    held_at_bank,
    open_reviews,
    tear_out,
)

pytestmark = pytest.mark.django_db(transaction=True)
NOBODY = "http://127.0.0.1:9"
WINDOW = timedelta(days=30)
FORGOTTEN, JUST_OVER = WINDOW + timedelta(hours=2), WINDOW + timedelta(minutes=30)


def heard(operation: Operation, *, sent_before: timedelta) -> Operation:
    """The operation, first sent so long ago and never answered, after its worker's next turn."""
    Operation.objects.filter(pk=operation.pk).update(
        status=OperationStatus.UNKNOWN,
        tries=8,
        first_sent_at=now() - sent_before,
        next_run_at=now(),
    )
    submit_due_operations()
    operation.refresh_from_db()
    return operation


def test_a_refund_that_was_never_made_has_failed_at_the_first_answer(
    account: ProviderAccount,
) -> None:
    operation = heard(asked_back(bought(account), 2500), sent_before=FORGOTTEN)

    assert (operation.status, operation.error_code) == (OperationStatus.FAILED, "not_sent")
    assert Payment.objects.get().refund_pending == 0
    assert open_reviews() == [ReviewKind.REFUND_FAILED]
    assert not ProviderCall.objects.filter(verb="refund").exists()


def test_a_refund_that_was_made_is_booked_by_the_answer(account: ProviderAccount) -> None:
    operation = asked_back(bought(account), 2500)
    submit_due_operations()
    Attempt.objects.update(refunded=0, refund_pending=2500)
    Payment.objects.update(refunded=0, refund_pending=2500)
    Operation.objects.update(settled_at=None)
    tear_out(f"refund:{operation.our_ref}")

    heard(operation, sent_before=FORGOTTEN)

    assert operation.status == OperationStatus.SUCCEEDED


def test_what_may_be_on_its_way_since_the_last_moment_of_its_key_waits(
    account: ProviderAccount,
) -> None:
    operation = heard(asked_back(bought(account), 2500), sent_before=JUST_OVER)

    assert operation.status == OperationStatus.UNKNOWN
    assert operation.next_run_at


def test_without_an_answer_nothing_is_decided(account: ProviderAccount) -> None:
    operation = asked_back(bought(account), 2500)
    ProviderAccount.objects.update(base_url=NOBODY)

    heard(operation, sent_before=FORGOTTEN)

    assert operation.status == OperationStatus.UNKNOWN


def test_a_capture_that_was_never_made_can_be_asked_for_again(account: ProviderAccount) -> None:
    attempt = held_at_bank(account)

    operation = heard(capture(attempt), sent_before=FORGOTTEN)

    assert (operation.status, operation.error_code) == (OperationStatus.FAILED, "not_sent")
    assert open_reviews() == [ReviewKind.CAPTURE_FAILED]
    assert capture(attempt, 5000).status == OperationStatus.REQUESTED


def test_a_release_that_was_never_made_is_owed_again(account: ProviderAccount) -> None:
    attempt = held_at_bank(account)
    cancel_order(payment_id=attempt.payment_id, actor="s", reason="r", requested_by=None)
    release = Operation.objects.get(kind=OperationKind.VOID)

    heard(release, sent_before=FORGOTTEN)
    poll_due()
    submit_due_operations()

    assert release.status == OperationStatus.FAILED
    attempt.refresh_from_db()
    assert attempt.status == AttemptStatus.VOIDED
