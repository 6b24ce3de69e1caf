"""Two workers and a dispute: what is left is given back once, whoever comes first."""

from __future__ import annotations

import pytest

from orders.money import Money
from payments.models import Attempt, Operation, Payment, ProviderAccount
from payments.providers.base import DisputeSeen, DisputeStatus
from payments.services.submit import submit_due_operations
from payments.states import OperationStatus
from tests.factories import GBP, captured
from tests.payments.crowd import at_once
from tests.payments.refunding import asked_refund
from tests.payments.services.cast import apply, at_bank, bought

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
ROUNDS = 5


def asked_back(attempt: Attempt, amount: int) -> None:
    for number in range(2):
        asked_refund(
            payment_id=attempt.payment_id,
            amount=Money(amount, GBP),
            reason="",
            request_key=f"{attempt.our_ref}:{number}",
            requested_by=None,
        )


def test_two_workers_find_room_for_one_of_two_refunds(account: ProviderAccount) -> None:
    for number in range(ROUNDS):
        attempt = bought(account)
        asked_back(attempt, 3000)
        taken = DisputeSeen(f"dp_{number}", Money(3000, GBP), DisputeStatus.OPEN)
        apply(attempt, captured(attempt, disputes=(taken,)))

        at_once(2, lambda _: submit_due_operations())

        stand = Operation.objects.filter(attempt=attempt).values_list("status", flat=True)
        assert sorted(stand) == [OperationStatus.FAILED, OperationStatus.SUCCEEDED]
        assert at_bank(account, attempt.our_ref)[0]["refunded"] == 3000
        payment = Payment.objects.get(pk=attempt.payment_id)
        assert (payment.refunded, payment.refund_pending) == (3000, 0)
