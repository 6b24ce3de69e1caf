"""A return is paid back once, and only when its goods are here."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import Settings

from orders.models import ReturnRequest
from payments.errors import RefundRefused
from payments.models import Payment
from payments.services.approve import Decision, reject_refund
from tests.factories import a_payment
from tests.orders.goods import a_received_return, an_approved_return
from tests.payments.refunding import a_refund

pytestmark = pytest.mark.django_db


def pay_back(asked: ReturnRequest, **given: Any) -> int:
    payment = Payment.objects.get(order=asked.order_id)
    return a_refund(payment, 1000, return_id=asked.pk, **given).pk


def test_a_return_of_another_order_is_not_paid_back() -> None:
    asked = a_received_return()

    with pytest.raises(RefundRefused, match="this return is of another order"):
        a_refund(a_payment(), 1000, return_id=asked.pk)


def test_a_return_is_paid_back_once(settings: Settings) -> None:
    settings.PAYMENTS = {**settings.PAYMENTS, "approve_refunds_above": {"GBP": "5"}}
    asked = a_received_return()
    pay_back(asked, request_key="first")

    with pytest.raises(RefundRefused, match="is for this return already"):
        pay_back(asked, request_key="second")


def test_a_return_whose_refund_was_rejected_is_paid_back_anew(settings: Settings) -> None:
    settings.PAYMENTS = {**settings.PAYMENTS, "approve_refunds_above": {"GBP": "5"}}
    asked = a_received_return()
    reject_refund(Decision(pay_back(asked, request_key="first"), None))

    assert pay_back(asked, request_key="second")


def test_a_return_that_is_awaited_is_not_paid_back() -> None:
    asked = an_approved_return()

    with pytest.raises(RefundRefused, match="this return is “approved, awaited”"):
        pay_back(asked)
