"""The sweep over what is to be sent: nothing breaks it, and nothing falls out of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orders.clock import now
from orders.errors import Unforeseen
from payments.models import Operation, ProviderAccount, ProviderCall, ProviderObject
from payments.models.records import ReviewKind
from payments.providers.base import Outcome, RefundRequest, Status
from payments.providers.sandbox.provider import SandboxProvider
from payments.services import close, submit
from payments.services.cancel import cancel_order
from payments.services.submit import submit_due_operations
from payments.states import UNSETTLED, OperationStatus
from tests.factories import later, seen
from tests.payments.refunding import asked_back
from tests.payments.services.cast import (
    a_hold,
    apply,
    at_bank,
    bought,
    capture,
    held_at_bank,
    open_reviews,
)

pytestmark = pytest.mark.django_db(transaction=True)
NOBODY = "http://127.0.0.1:9"
BROKEN = 1000


def a_refund(account: ProviderAccount, amount: int) -> Operation:
    return asked_back(bought(account), amount, request_key=f"form-{amount}")


def due_again(operation: Operation) -> bool:
    operation.refresh_from_db()
    assert operation.status in UNSETTLED
    return operation.next_run_at is not None


@pytest.fixture
def broken_adapter(monkeypatch: pytest.MonkeyPatch) -> None:
    """An adapter that has no answer to one amount but an error of its own."""
    refund = SandboxProvider.refund

    def breaking(provider: SandboxProvider, request: RefundRequest) -> Outcome:
        if request.amount.amount == BROKEN:
            raise ValueError("a mistake in the adapter")
        return refund(provider, request)

    monkeypatch.setattr(SandboxProvider, "refund", breaking)


@pytest.mark.usefixtures("broken_adapter")
def test_an_operation_that_raises_keeps_none_of_the_others_back(account: ProviderAccount) -> None:
    a_refund(account, BROKEN)
    good = a_refund(account, 1500)

    with pytest.raises(Unforeseen, match="ValueError"):
        submit_due_operations()

    good.refresh_from_db()
    assert good.status == OperationStatus.SUCCEEDED


@pytest.mark.usefixtures("broken_adapter")
def test_an_operation_that_raises_waits_by_the_table_and_then_a_person_is_asked(
    account: ProviderAccount,
) -> None:
    operation = a_refund(account, BROKEN)
    Operation.objects.update(tries=13)

    with pytest.raises(Unforeseen, match="ValueError"):
        submit_due_operations()
    assert due_again(operation)
    with later(timedelta(days=2)), pytest.raises(Unforeseen, match="ValueError"):
        submit_due_operations()

    assert not due_again(operation)
    assert open_reviews() == [ReviewKind.NO_ANSWER]


def test_who_dies_while_giving_up_leaves_it_due(
    account: ProviderAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    operation = a_refund(account, 1000)
    ProviderAccount.objects.update(base_url=NOBODY)
    Operation.objects.update(tries=14, status=OperationStatus.UNKNOWN, first_sent_at=now())

    def die(*_: object, **_kw: object) -> None:
        raise SystemExit

    monkeypatch.setattr(submit, "open_review", die)
    with pytest.raises(SystemExit):
        submit_due_operations()

    assert due_again(operation)


def test_a_void_of_what_the_order_has_taken_meanwhile_is_not_sent() -> None:
    attempt = a_hold()
    apply(attempt, seen(attempt, Status.REQUIRES_ACTION))
    ProviderObject.objects.create(
        account=attempt.account, kind="payment", object_id="pay_1", attempt=attempt
    )
    void = Operation.objects.create(
        attempt=attempt, kind="void", our_ref="V1", request_key="void", amount=attempt.amount
    )
    Operation.objects.update(status=OperationStatus.FAILED, next_run_at=None)

    assert not close.send_void(void)

    assert not ProviderCall.objects.exists()
    void.refresh_from_db()
    assert void.status == OperationStatus.FAILED


def test_a_capture_that_got_no_answer_is_not_sent_again_for_a_cancelled_order(
    account: ProviderAccount,
) -> None:
    attempt = held_at_bank(account)
    operation = capture(attempt)
    ProviderAccount.objects.update(base_url=NOBODY)
    submit_due_operations()
    ProviderAccount.objects.update(base_url=account.base_url)
    cancel_order(payment_id=attempt.payment_id, actor="s", reason="r", requested_by=None)
    Operation.objects.filter(pk=operation.pk).update(next_run_at=now() - timedelta(hours=1))

    submit_due_operations()

    assert at_bank(account, attempt.our_ref)[0]["captured"] == 0
