"""Refunds sent to the real bank: once, with one key, and never given up without an answer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from config.ports import free_port
from orders.clock import now
from orders.money import Money
from payments.models import Attempt, Operation, Payment, ProviderAccount, ProviderCall
from payments.providers.base import DisputeSeen, DisputeStatus
from payments.services.accounts import connect_sandbox
from payments.services.apply import apply_outcome
from payments.services.submit import submit_due_operations, submit_operation
from payments.states import OperationStatus, PaymentStatus
from tests.factories import GBP, captured, later
from tests.payments.refunding import a_refund
from tests.payments.services.cast import at_bank, bought, tear_out

pytestmark = pytest.mark.django_db


def asked_back(attempt: Attempt, amount: int) -> Operation:
    refund = a_refund(attempt.payment, amount, note="broken", request_key=f"form-{amount}")
    return refund.operations.get()


def test_a_requested_refund_is_made_at_the_bank(account: ProviderAccount) -> None:
    operation = asked_back(bought(account), 2500)

    submit_due_operations()

    operation.refresh_from_db()
    assert (operation.status, operation.next_run_at) == (OperationStatus.SUCCEEDED, None)
    assert Payment.objects.get().status == PaymentStatus.PARTIALLY_REFUNDED


def test_a_refund_whose_worker_died_is_sent_again_and_paid_back_once(
    account: ProviderAccount,
) -> None:
    attempt = bought(account)
    operation = asked_back(attempt, 2500)
    submit_due_operations()
    Operation.objects.update(status=OperationStatus.SUBMITTING, next_run_at=now(), settled_at=None)
    Attempt.objects.update(refunded=0, refund_pending=2500)
    Payment.objects.update(refunded=0, refund_pending=2500)
    tear_out(f"refund:{operation.our_ref}")

    submit_due_operations()

    operation.refresh_from_db()
    assert operation.status == OperationStatus.SUCCEEDED
    assert Payment.objects.get().refunded == 2500
    assert at_bank(account, attempt.our_ref)[0]["refunded"] == 2500


def test_a_refund_without_an_answer_stays_unknown_and_is_tried_again(
    account: ProviderAccount,
) -> None:
    operation = asked_back(bought(account), 2500)
    bank = account.base_url
    ProviderAccount.objects.update(base_url=f"http://127.0.0.1:{free_port()}")
    submit_due_operations()
    operation.refresh_from_db()
    assert operation.status == OperationStatus.UNKNOWN

    ProviderAccount.objects.update(base_url=bank)
    with later(timedelta(minutes=1)):
        submit_due_operations()

    operation.refresh_from_db()
    assert operation.status == OperationStatus.SUCCEEDED


def test_a_bank_that_no_longer_knows_our_keys_decides_nothing(account: ProviderAccount) -> None:
    operation = asked_back(bought(account), 2500)
    account.set_secrets({"api_key": "forgotten", "webhook_secret": "forgotten"})
    account.save()

    submit_due_operations()

    operation.refresh_from_db()
    assert operation.status == OperationStatus.UNKNOWN
    assert Payment.objects.get().refund_pending == 2500


def test_a_refund_the_bank_refuses_fails_with_its_reason(account: ProviderAccount) -> None:
    attempt = bought(account)
    first = asked_back(attempt, 4000)
    submit_due_operations()
    Attempt.objects.update(refunded=0)
    Payment.objects.update(refunded=0)
    second = asked_back(attempt, 5000)

    submit_due_operations()

    second.refresh_from_db()
    assert (second.status, second.error_code) == (OperationStatus.FAILED, "amount_too_large")
    first.refresh_from_db()
    assert first.status == OperationStatus.SUCCEEDED


def test_a_refund_of_an_account_that_cannot_be_used_does_not_hold_up_the_next(
    account: ProviderAccount, bank: str
) -> None:
    broken = asked_back(bought(account), 2500)
    other = connect_sandbox(bank_url=bank, hooks_base_url="http://127.0.0.1:9", code="other")
    good = asked_back(bought(other), 1500)
    ProviderAccount.objects.filter(pk=account.pk).update(sealed_secrets="broken")

    submit_due_operations()

    broken.refresh_from_db()
    good.refresh_from_db()
    assert (broken.status, good.status) == (OperationStatus.UNKNOWN, OperationStatus.SUCCEEDED)


def test_a_long_reason_with_line_breaks_reaches_the_bank(account: ProviderAccount) -> None:
    operation = asked_back(bought(account), 2500)
    Operation.objects.update(reason="broken\tand\nbent " * 15)

    submit_due_operations()

    operation.refresh_from_db()
    assert operation.status == OperationStatus.SUCCEEDED


def test_a_refund_that_was_told_of_meanwhile_is_not_sent_again(account: ProviderAccount) -> None:
    attempt = bought(account)
    operation = asked_back(attempt, 2500)
    submit_due_operations()

    submit_operation(operation.pk)

    operation.refresh_from_db()
    assert (operation.status, operation.next_run_at) == (OperationStatus.SUCCEEDED, None)
    assert ProviderCall.objects.filter(verb="refund").count() == 1


def test_a_refund_of_money_that_is_disputed_meanwhile_is_not_sent(
    account: ProviderAccount,
) -> None:
    attempt = bought(account)
    operation = asked_back(attempt, 2500)
    dispute = DisputeSeen("dp_1", Money(6000, GBP), DisputeStatus.OPEN)
    told = captured(attempt, disputes=(dispute,))
    apply_outcome(attempt_id=attempt.pk, outcome=told, source="test")

    submit_due_operations()

    operation.refresh_from_db()
    assert (operation.status, operation.error_code) == (OperationStatus.FAILED, "disputed")
    assert not ProviderCall.objects.filter(verb="refund").exists()
