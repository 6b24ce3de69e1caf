"""Above the limit somebody else looks first: yes sends it, no frees what was set aside."""

from __future__ import annotations

from typing import Any

import pytest

from orders.models import Mail
from orders.states import OrderState
from payments.errors import RefundRefused
from payments.models import Attempt, Operation, Payment, Refund
from payments.providers.base import DisputeSeen, DisputeStatus, RefundStatus
from payments.services.apply import apply_outcome
from payments.services.approve import Decision, approve_refund, reject_refund
from payments.services.cancel import cancel_order
from payments.services.submit import submit_due_operations
from payments.states import Approval, OperationStatus
from tests.factories import UserFactory, a_payment, a_refund_seen, an_attempt, captured
from tests.payments.refunding import a_refund
from tests.payments.services.cast import open_reviews

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def limit(settings: Any) -> None:
    settings.PAYMENTS = {**settings.PAYMENTS, "approve_refunds_above": {"GBP": "30.00"}}


def user() -> int:
    key: int = UserFactory.create(is_staff=True).pk
    return key


def status() -> str:
    return Operation.objects.get().status


def pending() -> tuple[int, int]:
    return Payment.objects.get().refund_pending, Attempt.objects.get().refund_pending


def test_up_to_the_limit_nobody_else_looks() -> None:
    assert a_refund(a_payment(), 3000).approval == Approval.NOT_NEEDED
    assert status() == OperationStatus.REQUESTED


def test_above_the_limit_it_waits_set_aside_and_untold() -> None:
    a_refund(a_payment(), 3001)

    assert (status(), pending()) == (OperationStatus.AWAITING_APPROVAL, (3001, 3001))
    assert not Mail.objects.filter(kind="refund_asked").exists()
    assert submit_due_operations() == 0


def test_the_limit_is_not_passed_in_small_steps() -> None:
    payment = a_payment()
    a_refund(payment, 2000)

    assert a_refund(payment, 1001, request_key="form-2").approval == Approval.WAITING


def test_another_currency_has_no_limit(settings: Any) -> None:
    settings.PAYMENTS = {**settings.PAYMENTS, "approve_refunds_above": {"EUR": "0"}}

    assert a_refund(a_payment(), 6000).approval == Approval.NOT_NEEDED


def test_an_approved_refund_is_sent_and_told() -> None:
    refund = a_refund(a_payment(), 6000, requested_by=user())

    assert approve_refund(Decision(refund.pk, user(), "checked"))

    assert status() == OperationStatus.REQUESTED
    assert Operation.objects.get().next_run_at
    assert Mail.objects.get(kind="refund_asked").subject_ref == refund.number


def test_who_asked_cannot_approve() -> None:
    me = user()
    refund = a_refund(a_payment(), 6000, requested_by=me)

    with pytest.raises(RefundRefused):
        approve_refund(Decision(refund.pk, me))
    assert status() == OperationStatus.AWAITING_APPROVAL


def test_who_asked_may_take_it_back() -> None:
    me = user()
    refund = a_refund(a_payment(), 6000, requested_by=me)

    assert reject_refund(Decision(refund.pk, me, "a mistake"))
    assert status() == OperationStatus.REJECTED


def test_a_second_click_decides_nothing() -> None:
    refund, other = a_refund(a_payment(), 6000), user()
    approve_refund(Decision(refund.pk, other))

    assert not approve_refund(Decision(refund.pk, other))
    assert Mail.objects.filter(kind="refund_asked").count() == 1


@pytest.mark.parametrize("decide", [approve_refund, reject_refund])
def test_who_comes_second_finds_it_decided(decide: Any) -> None:
    refund = a_refund(a_payment(), 6000)
    reject_refund(Decision(refund.pk, user()))

    with pytest.raises(RefundRefused):
        decide(Decision(refund.pk, user()))
    assert status() == OperationStatus.REJECTED


def test_a_rejected_refund_frees_the_money_and_the_pieces() -> None:
    payment = a_payment()
    line = payment.order.lines.get()
    refund = a_refund(payment, 6000, pieces={line.pk: 1}, restock=True)

    reject_refund(Decision(refund.pk, user(), "no receipt"))

    line.refresh_from_db()
    assert (pending(), line.refunded, line.restocked) == ((0, 0), 0, 0)
    assert not Mail.objects.filter(kind="refund_asked").exists()
    a_refund(payment, 3000, request_key="form-2", pieces={line.pk: 1})


def test_pieces_go_on_the_shelf_once_approved() -> None:
    payment = a_payment()
    line = payment.order.lines.get()
    refund = a_refund(payment, 6000, pieces={line.pk: 1}, restock=True)
    line.refresh_from_db()
    assert (line.refunded, line.restocked) == (1, 0)

    approve_refund(Decision(refund.pk, user()))

    line.refresh_from_db()
    assert line.restocked == 1


def test_a_dispute_that_has_taken_the_money_is_not_approved_against() -> None:
    payment = a_payment()
    refund = a_refund(payment, 6000)
    attempt = Attempt.objects.get()
    dispute = DisputeSeen("dp_1", payment.money(1000), DisputeStatus.OPEN)
    told = captured(attempt, disputes=(dispute,))
    apply_outcome(attempt_id=attempt.pk, outcome=told, source="test")

    with pytest.raises(RefundRefused, match="a dispute or another refund has taken this money"):
        approve_refund(Decision(refund.pk, user()))
    assert Refund.objects.get().approval == Approval.WAITING


def test_a_refund_made_at_the_provider_is_named_where_it_stops_an_approval() -> None:
    refund = a_refund(a_payment(), 6000)
    attempt = Attempt.objects.get()
    told = captured(attempt, refunds=(a_refund_seen(500),))
    apply_outcome(attempt_id=attempt.pk, outcome=told, source="test")

    with pytest.raises(RefundRefused, match="another refund has taken this money"):
        approve_refund(Decision(refund.pk, user()))
    assert Refund.objects.get().approval == Approval.WAITING


def test_cancelling_rejects_what_waits_and_gives_everything_back() -> None:
    payment = a_payment()
    refund = a_refund(payment, 4000)

    cancel_order(payment_id=payment.pk, actor="clerk", reason="sold out", requested_by=user())

    refund.refresh_from_db()
    stand = list(Operation.objects.order_by("pk").values_list("status", "amount"))
    assert refund.approval == Approval.REJECTED
    assert stand == [(OperationStatus.REJECTED, 4000), (OperationStatus.REQUESTED, 6000)]


def test_a_refund_that_failed_is_told_to_the_shopper_and_asked_of_staff() -> None:
    refund = a_refund(a_payment(), 1000)
    operation = refund.operations.get()
    failed = a_refund_seen(1000, our_ref=operation.our_ref, status=RefundStatus.FAILED)

    outcome = captured(operation.attempt, refunds=(failed,))
    apply_outcome(attempt_id=operation.attempt_id, outcome=outcome, source="test")

    assert Mail.objects.get(kind="refund_failed").subject_ref == operation.our_ref
    assert open_reviews() == ["refund_failed"]


def test_a_rejected_refund_that_was_made_all_the_same_is_booked_and_asked_about() -> None:
    refund = a_refund(a_payment(), 6000)
    reject_refund(Decision(refund.pk, user()))
    operation = refund.operations.get()
    made = a_refund_seen(6000, our_ref=operation.our_ref)

    outcome = captured(operation.attempt, refunds=(made,))
    apply_outcome(attempt_id=operation.attempt_id, outcome=outcome, source="test")

    assert (status(), Payment.objects.get().refunded) == (OperationStatus.SUCCEEDED, 6000)
    assert open_reviews() == ["wrong_amount"]


@pytest.mark.parametrize("rejected", [True, False])
def test_what_nobody_agreed_to_give_back_is_still_the_orders(rejected: bool) -> None:
    attempt = an_attempt()
    apply_outcome(attempt_id=attempt.pk, outcome=captured(attempt, 4000), source="test")
    refund = a_refund(Payment.objects.get(), 4000)
    if rejected:
        reject_refund(Decision(refund.pk, user()))

    apply_outcome(attempt_id=attempt.pk, outcome=captured(attempt, 6000), source="test")

    payment = Payment.objects.get()
    assert (payment.surplus, payment.order.state) == (0, OrderState.CONFIRMED)
