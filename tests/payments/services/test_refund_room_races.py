"""Two workers and a dispute: what is left is given back once, whoever comes first."""

from __future__ import annotations

from contextlib import suppress

import pytest

from orders.models import Mail
from orders.money import Money
from payments.errors import RefundRefused
from payments.models import Attempt, Operation, Payment, ProviderAccount
from payments.providers.base import DisputeSeen, DisputeStatus
from payments.services.submit import submit_due_operations
from payments.states import OperationStatus
from tests.factories import GBP, a_refund_seen, captured
from tests.payments.crowd import all_at_once, at_once
from tests.payments.refunding import a_refund, asked_back
from tests.payments.services.cast import apply, at_bank, bought

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
ROUNDS = 5


def two_of(attempt: Attempt, amount: int) -> None:
    for number in range(2):
        a_refund(attempt.payment, amount, request_key=f"{attempt.our_ref}:{number}")


def test_two_workers_find_room_for_one_of_two_refunds(account: ProviderAccount) -> None:
    for number in range(ROUNDS):
        attempt = bought(account)
        two_of(attempt, 3000)
        taken = DisputeSeen(f"dp_{number}", Money(3000, GBP), DisputeStatus.OPEN)
        apply(attempt, captured(attempt, disputes=(taken,)))

        at_once(2, lambda _: submit_due_operations())

        stand = Operation.objects.filter(attempt=attempt).values_list("status", flat=True)
        assert sorted(stand) == [OperationStatus.FAILED, OperationStatus.SUCCEEDED]
        assert at_bank(account, attempt.our_ref)[0]["refunded"] == 3000
        payment = Payment.objects.get(pk=attempt.payment_id)
        assert (payment.refunded, payment.refund_pending) == (3000, 0)


def test_a_refund_and_a_dispute_at_once_never_both_take_the_money(
    account: ProviderAccount,
) -> None:
    attempt = bought(account)
    taken = DisputeSeen("dp_1", attempt.money(6000), DisputeStatus.OPEN)

    def refund() -> None:
        with suppress(RefundRefused):
            a_refund(attempt.payment, 6000)

    all_at_once(refund, lambda: apply(attempt, captured(attempt, disputes=(taken,))))
    submit_due_operations()

    assert at_bank(account, attempt.our_ref)[0]["refunded"] == 0
    payment = Payment.objects.get()
    assert (payment.disputed, payment.refund_pending) == (6000, 0)


def test_a_refund_that_is_sent_and_told_of_at_once_is_booked_once(
    account: ProviderAccount,
) -> None:
    attempt = bought(account)
    refund = asked_back(attempt, 2500)
    told = a_refund_seen(2500, our_ref=refund.our_ref)

    all_at_once(submit_due_operations, lambda: apply(attempt, captured(attempt, refunds=(told,))))

    payment = Payment.objects.get()
    assert (payment.refunded, payment.refund_pending) == (2500, 0)
    assert Mail.objects.filter(kind="refund").count() == 1
