"""A refund of which it is not sure that it was made: asked about, and never made twice."""

from __future__ import annotations

import pytest

from config.ports import free_port
from orders.clock import now
from orders.money import Money
from payments.models import (
    Attempt,
    Operation,
    ProviderAccount,
    ProviderCall,
    ProviderObject,
    Review,
)
from payments.models.records import ReviewAct, ReviewKind
from payments.providers.base import (
    DisputeSeen,
    DisputeStatus,
    ProviderRef,
    RefundRequest,
    RefundStatus,
)
from payments.providers.base import ProviderObject as ProviderObjectSeen
from payments.registry import provider_for
from payments.services.submit import submit_due_operations
from payments.states import OperationStatus
from tests.factories import GBP, a_refund_seen, an_account, an_attempt, an_order, captured
from tests.payments.providers.fake_bank import FakeBank
from tests.payments.refunding import a_refund
from tests.payments.reviewing import press
from tests.payments.services.cast import apply, at_bank, bought
from tests.payments.wire import a_payment_body

pytestmark = pytest.mark.django_db(transaction=True)


def asked_back(attempt: Attempt, amount: int, *, key: str = "form-1") -> Operation:
    return a_refund(attempt.payment, amount, note="broken", request_key=key).operations.get()


def disputed(attempt: Attempt, amount: int) -> None:
    dispute = DisputeSeen("dp_1", Money(amount, GBP), DisputeStatus.OPEN)
    apply(attempt, captured(attempt, disputes=(dispute,)))


def made_without_a_word(attempt: Attempt, operation: Operation) -> None:
    """The bank made the refund, and neither its answer nor its webhook came through."""
    known = ProviderObject.objects.get(attempt=attempt, kind="payment")
    request = RefundRequest(
        ref=ProviderRef(known.object_id),
        our_ref=operation.our_ref,
        amount=operation.money,
        key=operation.key,
        reason=operation.reason,
    )
    provider_for(attempt.account).refund(request)
    sent_without_an_answer(operation)


def sent_without_an_answer(operation: Operation) -> None:
    """A worker sent it, and nobody knows whether it got there; it is due again."""
    Operation.objects.filter(pk=operation.pk).update(
        status=OperationStatus.UNKNOWN, tries=1, first_sent_at=now(), next_run_at=now()
    )


def standing(operation: Operation) -> tuple[str, str]:
    operation.refresh_from_db()
    return operation.status, operation.error_code


def test_a_refund_that_was_made_is_found_though_a_dispute_stands_against_sending_it(
    account: ProviderAccount,
) -> None:
    attempt = bought(account)
    operation = asked_back(attempt, 6000)
    made_without_a_word(attempt, operation)
    disputed(attempt, 100)

    submit_due_operations()

    assert standing(operation) == (OperationStatus.SUCCEEDED, "")


def test_a_refund_that_is_not_in_the_answer_fails_once_a_dispute_has_taken_its_money(
    account: ProviderAccount,
) -> None:
    attempt = bought(account)
    operation = asked_back(attempt, 6000)
    sent_without_an_answer(operation)
    disputed(attempt, 100)

    submit_due_operations()

    assert standing(operation) == (OperationStatus.FAILED, "disputed")
    assert at_bank(account, attempt.our_ref)[0]["refunded"] == 0


def test_without_an_answer_a_dispute_fails_no_refund_that_may_have_been_made(
    account: ProviderAccount,
) -> None:
    attempt = bought(account)
    operation = asked_back(attempt, 6000)
    sent_without_an_answer(operation)
    disputed(attempt, 100)
    ProviderAccount.objects.update(base_url=f"http://127.0.0.1:{free_port()}")

    submit_due_operations()

    assert standing(operation) == (OperationStatus.UNKNOWN, "")
    assert operation.next_run_at


def test_a_refusal_of_a_retry_is_believed_only_where_the_bank_does_not_list_the_refund(
    fake_bank: FakeBank,
) -> None:
    attempt = an_attempt(an_order(), an_account(base_url=fake_bank.account.base_url))
    paid = ProviderObjectSeen("payment", "pay_1")
    apply(attempt, captured(attempt, objects=(paid,)))
    operation = asked_back(attempt, 2500)
    sent_without_an_answer(operation)
    made = {"id": "re_1", "reference": operation.our_ref, "amount": 2500, "currency": "GBP"}
    made |= {"status": "succeeded", "failure_code": None}
    fake_bank.refuses = "amount_too_large"
    fake_bank.says = a_payment_body(
        attempt, id="pay_1", refunded=2500, refunds=[made], captures=[], capture_before=None
    )

    submit_due_operations()

    assert standing(operation) == (OperationStatus.SUCCEEDED, "")


def test_of_two_refunds_and_a_dispute_that_leaves_room_for_one_one_is_made(
    account: ProviderAccount,
) -> None:
    attempt = bought(account)
    asked_back(attempt, 3000)
    asked_back(attempt, 3000, key="form-2")
    disputed(attempt, 3000)

    submit_due_operations()

    stand = Operation.objects.order_by("pk").values_list("status", flat=True)
    assert list(stand) == [OperationStatus.FAILED, OperationStatus.SUCCEEDED]
    assert at_bank(account, attempt.our_ref)[0]["refunded"] == 3000


def test_what_was_returned_elsewhere_is_not_there_for_a_refund_either(
    account: ProviderAccount,
) -> None:
    attempt = bought(account)
    failed = asked_back(attempt, 3000)
    told = a_refund_seen(3000, our_ref=failed.our_ref, status=RefundStatus.FAILED)
    apply(attempt, captured(attempt, refunds=(told,)))
    press(Review.objects.get(kind=ReviewKind.REFUND_FAILED), ReviewAct.ELSEWHERE)
    operation = asked_back(attempt, 3000, key="form-2")
    disputed(attempt, 3000)

    submit_due_operations()

    assert standing(operation) == (OperationStatus.FAILED, "disputed")
    assert not ProviderCall.objects.filter(verb="refund").exists()
