"""Sending one refund: under which name, at which try, and what is asked before."""

from __future__ import annotations

import pytest
from django.db import transaction

from orders.clock import now
from payments.models import (
    Attempt,
    Operation,
    Payment,
    ProviderAccount,
    ProviderCall,
    ProviderObject,
)
from payments.providers.base import DisputeSeen, DisputeStatus
from payments.services.send_refund import send_refund
from payments.services.submit import submit_due_operations
from payments.states import OperationStatus
from tests.factories import captured
from tests.payments import refunding
from tests.payments.services.cast import apply, bought

pytestmark = pytest.mark.django_db


def asked_back(attempt: Attempt, amount: int) -> Operation:
    return refunding.asked_back(attempt, amount, request_key=f"form-{amount}")


def calls() -> list[str]:
    """What the bank has been asked since the payment, oldest first."""
    return list(ProviderCall.objects.order_by("pk").values_list("verb", flat=True))


def test_the_call_is_kept_with_its_refund(account: ProviderAccount) -> None:
    operation = asked_back(bought(account), 2500)

    submit_due_operations()

    call = ProviderCall.objects.get(verb="refund")
    assert (call.operation_id, call.key) == (operation.pk, operation.key)


def test_a_refund_is_not_sent_by_another_name_than_that_of_the_payment(
    account: ProviderAccount,
) -> None:
    asked_back(bought(account), 2500)
    ProviderObject.objects.update(kind="charge")

    submit_due_operations()

    assert "refund" not in calls()


def test_a_pending_refund_is_asked_about_and_not_sent_again(account: ProviderAccount) -> None:
    asked_back(bought(account), 2500)
    Operation.objects.update(status=OperationStatus.PENDING, first_sent_at=now())
    ProviderCall.objects.all().delete()

    submit_due_operations()

    assert calls() == ["query"]


def test_a_first_refusal_is_believed_without_asking(account: ProviderAccount) -> None:
    attempt = bought(account)
    asked_back(attempt, 4000)
    submit_due_operations()
    Attempt.objects.update(refunded=0)
    Payment.objects.update(refunded=0)
    ProviderCall.objects.all().delete()
    asked_back(attempt, 5000)

    submit_due_operations()

    assert calls() == ["refund"]


def claimed_and_disputed(account: ProviderAccount) -> Operation:
    """A worker has taken it for the first time, and then a dispute takes the money."""
    asked_back(bought(account), 2500)
    Operation.objects.update(status=OperationStatus.SUBMITTING, tries=1)
    claimed = Operation.objects.select_related("attempt__account").get()
    dispute = DisputeSeen("dp_1", claimed.attempt.money(6000), DisputeStatus.OPEN)
    apply(claimed.attempt, captured(claimed.attempt, disputes=(dispute,)))
    return claimed


def test_a_dispute_that_comes_while_it_is_claimed_for_the_first_time_fails_it(
    account: ProviderAccount,
) -> None:
    claimed = claimed_and_disputed(account)

    send_refund(claimed)

    claimed.refresh_from_db()
    assert (claimed.status, claimed.error_code) == (OperationStatus.FAILED, "disputed")


def test_it_is_not_given_up_in_a_transaction_that_may_be_undone(account: ProviderAccount) -> None:
    claimed = claimed_and_disputed(account)

    with transaction.atomic(), pytest.raises(RuntimeError):
        send_refund(claimed)

    claimed.refresh_from_db()
    assert claimed.status == OperationStatus.SUBMITTING
