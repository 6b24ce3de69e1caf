"""Races on real connections: each is won by one, and nobody sees an error."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from orders.clock import now
from orders.models import Mail
from payments.errors import NotPayable, RefundRefused
from payments.models import Attempt, InboxEvent, Operation, Payment, Refund
from payments.providers.base import DisputeSeen, DisputeStatus
from payments.registry import PaymentOption
from payments.services.apply import apply_outcome
from payments.services.approve import Decision, approve_refund, reject_refund
from payments.services.cancel import cancel_order
from payments.services.inbox import drain_inbox
from payments.services.open import try_again
from payments.services.told import apply_event
from payments.states import Approval, InboxState, OperationStatus, PaymentStatus
from tests.factories import UserFactory, a_payment, an_account, an_attempt, an_order, captured
from tests.orders.goods import a_received_return
from tests.payments.crowd import all_at_once, at_once
from tests.payments.refunding import a_refund
from tests.payments.wire import a_captured_body, signed

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_the_same_webhook_twenty_times_at_once_is_applied_once() -> None:
    attempt = an_attempt()
    body = json.dumps(a_captured_body(attempt)).encode()
    path = f"/payments/hooks/{attempt.account.hook_token}/"

    def send_and_work(_: int) -> object:
        headers = signed(body, secret="whsec", at=now().timestamp())
        answer = Client().post(path, body, content_type="application/json", headers=headers)
        drain_inbox()
        return answer.status_code

    assert at_once(20, send_and_work) == [200] * 20
    assert InboxEvent.objects.get().state == InboxState.DONE
    assert Payment.objects.get().captured == 6000
    assert Mail.objects.filter(kind="confirmation").count() == 1


def test_one_event_worked_on_by_many_is_applied_once() -> None:
    attempt = an_attempt()
    body = json.dumps(a_captured_body(attempt)).encode()
    event = InboxEvent.objects.create(
        account=attempt.account, event_id="evt_1", kind="payment.captured", body=body
    )

    at_once(10, lambda _: apply_event(event))

    assert Payment.objects.get().captured == 6000


def test_one_capture_seen_by_many_is_booked_once() -> None:
    attempt = an_attempt()

    def see(_: int) -> None:
        apply_outcome(attempt_id=attempt.pk, outcome=captured(attempt), source="race")

    at_once(10, see)

    payment = Payment.objects.get()
    assert (payment.captured, payment.reserved) == (6000, 0)


def refund(payment: Payment, amount: int, key: str) -> str:
    try:
        a_refund(payment, amount, note="race", request_key=key)
    except RefundRefused:
        return "refused"
    return "asked"


def test_of_two_refunds_of_60_from_100_one_wins() -> None:
    payment = a_payment(amount=10_000)

    answers = at_once(2, lambda number: refund(payment, 6_000, f"form-{number}"))

    assert sorted(map(str, answers)) == ["asked", "refused"]
    assert Payment.objects.get().refund_pending == 6_000


def test_the_same_refund_form_ten_times_at_once_is_one_refund() -> None:
    payment = a_payment()

    assert at_once(10, lambda _: refund(payment, 2_000, "form-1")) == ["asked"] * 10
    assert Operation.objects.count() == 1
    assert Payment.objects.get().refund_pending == 2_000


@pytest.fixture
def waiting(settings: Any) -> Refund:
    """A refund of 60.00 that waits for approval."""
    settings.PAYMENTS = {**settings.PAYMENTS, "approve_refunds_above": {"GBP": "0"}}
    return a_refund(a_payment(), 6_000)


def decide(refund: Refund, decide: Callable[[Decision], bool], by: int) -> str:
    try:
        return "decided" if decide(Decision(refund.pk, by)) else "before"
    except RefundRefused:
        return "refused"


def test_of_two_who_approve_at_once_one_decides(waiting: Refund) -> None:
    users = [UserFactory.create().pk for _ in range(2)]

    answers = at_once(2, lambda number: decide(waiting, approve_refund, users[number]))

    assert sorted(map(str, answers)) == ["decided", "refused"]
    assert Mail.objects.filter(kind="refund_asked").count() == 1


def test_of_yes_and_no_at_once_one_decides(waiting: Refund) -> None:
    users = [UserFactory.create().pk for _ in range(2)]
    verbs = (approve_refund, reject_refund)

    answers = at_once(2, lambda number: decide(waiting, verbs[number], users[number]))

    assert sorted(map(str, answers)) == ["decided", "refused"]
    said_yes = Refund.objects.get().approval == Approval.APPROVED
    assert Payment.objects.get().refund_pending == (6_000 if said_yes else 0)


def test_an_approval_and_a_cancellation_at_once_give_everything_back_once(waiting: Refund) -> None:
    by = UserFactory.create().pk

    def cancel() -> object:
        return cancel_order(
            payment_id=waiting.payment_id, actor="clerk", reason="sold out", requested_by=None
        )

    all_at_once(lambda: decide(waiting, approve_refund, by), cancel)

    asked = Operation.objects.filter(status=OperationStatus.REQUESTED)
    assert [each.amount for each in asked] == [6_000]
    assert Payment.objects.get().refund_pending == Attempt.objects.get().refund_pending == 6_000


def test_the_same_piece_refunded_by_two_at_once_goes_back_once() -> None:
    payment = a_payment()
    line = payment.order.lines.get()

    def ask(number: int) -> str:
        try:
            a_refund(payment, 100, request_key=f"form-{number}", pieces={line.pk: 1}, restock=True)
        except RefundRefused:
            return "refused"
        return "asked"

    assert sorted(map(str, at_once(2, ask))) == ["asked", "refused"]
    line.refresh_from_db()
    assert (line.refunded, line.restocked) == (1, 1)


def test_of_two_who_refund_a_return_at_once_one_does() -> None:
    asked = a_received_return()
    payment = Payment.objects.get()

    def ask(number: int) -> str:
        try:
            return a_refund(payment, 4_200, request_key=f"form-{number}", return_id=asked.pk).number
        except RefundRefused:
            return "refused"

    answers = at_once(2, ask)

    asked.refresh_from_db()
    assert sorted(map(str, answers)) == sorted([asked.refund_ref, "refused"])
    assert Payment.objects.get().refund_pending == 4_200


def test_a_refund_and_a_dispute_of_the_same_money_at_once_lose_neither() -> None:
    payment = a_payment()
    attempt = Attempt.objects.get()
    dispute = DisputeSeen("dp_1", payment.money(6_000), DisputeStatus.OPEN)
    told = captured(attempt, disputes=(dispute,))

    answers = all_at_once(
        lambda: refund(payment, 6_000, "form"),
        lambda: apply_outcome(attempt_id=attempt.pk, outcome=told, source="race").disputed,
    )

    payment.refresh_from_db()
    pending = 6_000 if answers[0] == "asked" else 0
    assert (payment.disputed, payment.refund_pending) == (6_000, pending)
    assert payment.refundable.amount == 0


def test_a_refund_request_and_a_capture_seen_again_do_not_lose_each_other() -> None:
    payment = a_payment()
    attempt = Attempt.objects.select_related("payment", "account").get()

    def act(number: int) -> object:
        if number % 2:
            return refund(payment, 500, f"form-{number}")
        return apply_outcome(attempt_id=attempt.pk, outcome=captured(attempt), source="race").pk

    at_once(8, act)

    attempt.refresh_from_db()
    assert (attempt.refund_pending, Payment.objects.get().refund_pending) == (2_000, 2_000)


def test_paying_an_order_many_times_at_once_reserves_it_once() -> None:
    payment = Payment.objects.get(order=an_order())
    account = an_account()
    option = PaymentOption(account.pk, account.code, "card")

    def pay(_: int) -> object:
        try:
            return try_again(payment_id=payment.pk, option=option)[0].pk
        except NotPayable:
            return None

    assert len(set(at_once(10, pay))) == 1
    payment.refresh_from_db()
    assert (payment.reserved, payment.status) == (6000, PaymentStatus.PROCESSING)
