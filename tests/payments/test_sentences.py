"""What pages and mails say of money is what is known, and nothing more."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client

from orders.clock import now
from orders.emails import send_due_mail
from orders.services.expire import expire_order
from orders.states import OrderState
from payments.models import Attempt, Operation
from payments.providers.actions import QrCode
from payments.providers.base import RefundStatus, Status
from payments.services.apply import apply_outcome, settle_payment
from payments.services.lock import lock_attempt
from tests.factories import a_refund_seen, an_account, an_attempt, captured, seen

pytestmark = pytest.mark.django_db
UNCHARGED = "You have not been charged"


@pytest.fixture
def attempt() -> Attempt:
    """At a bank that does not answer."""
    cache.clear()
    return an_attempt(account=an_account(base_url="http://127.0.0.1:9"))


def told(attempt: Attempt, status: Status, **facts: object) -> Attempt:
    answer = seen(attempt, status, **facts)
    return apply_outcome(attempt_id=attempt.pk, outcome=answer, source="test")


def expired(attempt: Attempt) -> None:
    locked, attempts = lock_attempt(attempt.pk)
    expire_order(locked.payment.order, actor="test")
    settle_payment(locked.payment, attempts, source="test")


def cancelled_too_late(attempt: Attempt) -> None:
    """Staff cancel the order, then its money comes."""
    attempt.payment.order.move_to(OrderState.CANCELLED, actor="staff")
    apply_outcome(attempt_id=attempt.pk, outcome=captured(attempt), source="test")


def text_of(client: Client, attempt: Attempt, view: str = "") -> str:
    return client.get(f"/payments/pay/{attempt.payment.token}/{view}", follow=True).text


@pytest.mark.parametrize("status", [Status.UNKNOWN, Status.PROCESSING])
def test_an_expired_order_whose_bank_is_silent_does_not_say_that_nobody_was_charged(
    client: Client, attempt: Attempt, status: Status
) -> None:
    expired(told(attempt, status))

    page = text_of(client, attempt)

    assert "This order has expired" in page
    assert "Should your money arrive after all" in page
    assert UNCHARGED not in page


def test_the_mail_of_an_expired_order_does_not_say_that_nobody_was_charged(
    attempt: Attempt,
) -> None:
    expired(told(attempt, Status.UNKNOWN))

    send_due_mail()

    assert "was not paid in time" in mail.outbox[0].body
    assert UNCHARGED not in mail.outbox[0].body


def test_a_code_that_is_over_by_our_clock_is_not_called_unpaid(
    client: Client, attempt: Attempt
) -> None:
    code = QrCode("https://bank.example/x", now() - timedelta(seconds=1))
    told(attempt, Status.REQUIRES_ACTION, next_action=code)

    page = text_of(client, attempt, "scan/")

    assert "The bank has not told us yet whether it was paid." in page
    assert "I have paid" in page
    assert "Nothing was charged" not in page


def test_a_code_that_the_bank_calls_over_was_not_paid(client: Client, attempt: Attempt) -> None:
    told(attempt, Status.REQUIRES_ACTION, next_action=QrCode("https://bank.example/x"))
    told(attempt, Status.EXPIRED)

    page = text_of(client, attempt, "scan/")

    assert "Nothing was charged, and your order is kept for you." in page


def test_surplus_on_its_way_goes_back_by_itself(client: Client, attempt: Attempt) -> None:
    cancelled_too_late(attempt)

    assert "came too late and goes back to you by itself" in text_of(client, attempt, "return/")


def test_surplus_whose_refund_failed_is_with_a_person(client: Client, attempt: Attempt) -> None:
    cancelled_too_late(attempt)
    ours = Operation.objects.get().our_ref
    failed = a_refund_seen(6000, our_ref=ours, status=RefundStatus.FAILED)
    told(attempt, Status.CAPTURED, captured=6000, refunds=(failed,))

    page = text_of(client, attempt, "return/")

    assert "A person is looking at how it gets back to you" in page
    assert "by itself" not in page
