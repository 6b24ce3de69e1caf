"""What the page of an order says of its refunds: in the shopper's words, and nothing alarming."""

from __future__ import annotations

import pytest
from django.test import Client

from payments.models import Operation
from payments.models.operation import DISPUTED
from payments.models.records import ReviewAct
from payments.providers.base import RefundStatus
from tests.factories import a_payment, a_refund_seen, an_attempt, captured
from tests.payments.reviewing import a_failed_refund, press
from tests.payments.services.cast import apply
from tests.shop.cast import read

pytestmark = pytest.mark.django_db
LOOKED_AFTER = (
    "The refund of £15.00 did not go through at the first try. A person is looking after it; "
    "you need not do anything."
)


def text_of(client: Client, token: str) -> str:
    return read(client.get(f"/order/{token}/")).text


def test_a_pending_refund_is_on_its_way(client: Client) -> None:
    attempt = an_attempt()
    pending = a_refund_seen(1000, status=RefundStatus.PENDING)
    apply(attempt, captured(attempt, refunds=(pending,)))

    text = text_of(client, attempt.payment.order.link_token)

    assert "Refund of £10.00 On its way" in text
    assert "provider" not in text


def test_a_failed_refund_is_looked_after(client: Client) -> None:
    payment = a_payment()
    a_failed_refund(payment, 1500)

    text = text_of(client, payment.order.link_token)

    assert LOOKED_AFTER in text
    assert "Failed" not in text


def test_a_refund_that_the_bank_decides_about_says_so(client: Client) -> None:
    payment = a_payment()
    a_failed_refund(payment, 1500)
    Operation.objects.update(error_code=DISPUTED)

    text = text_of(client, payment.order.link_token)

    assert "you have claimed the money back through your bank" in text
    assert LOOKED_AFTER not in text


def test_a_failed_refund_that_went_another_way_is_not_open(client: Client) -> None:
    payment = a_payment()
    press(a_failed_refund(payment, 1500), ReviewAct.ELSEWHERE)

    text = text_of(client, payment.order.link_token)

    assert "£15.00 was returned to you another way." in text
    assert "Refund of £15.00" not in text
    assert LOOKED_AFTER not in text


def test_a_failed_refund_that_was_sent_again_stands_there_once(client: Client) -> None:
    payment = a_payment()
    press(a_failed_refund(payment, 1500), ReviewAct.REFUND_AGAIN)

    text = text_of(client, payment.order.link_token)

    assert text.count("£15.00") == 1
    assert "Refund of £15.00 On its way" in text


def test_a_failed_refund_that_was_closed_by_a_note_did_not_go_through(client: Client) -> None:
    payment = a_payment()
    press(a_failed_refund(payment, 1500), ReviewAct.NOTE)

    assert "Refund of £15.00 Did not go through" in text_of(client, payment.order.link_token)
