"""Refunds as staff ask for them, in the words that most tests need."""

from __future__ import annotations

from typing import Any

from payments.models import Attempt, Operation, Payment, Refund, RefundReason
from payments.models.refund import SHIPPED_REASONS
from payments.services.refund import RefundDraft, request_refund


def a_reason(code: str = "other") -> RefundReason:
    """One of the list; a test that empties every table takes the shipped ones away."""
    label = {"label": SHIPPED_REASONS[code]}
    return RefundReason.objects.get_or_create(code=code, defaults=label)[0]


def a_refund(payment: Payment, amount: int, **given: Any) -> Refund:
    """What somebody asks back of a payment; a limit that the test has set makes it wait."""
    values = {"request_key": "form-1", **given}
    return request_refund(RefundDraft(payment.pk, payment.money(amount), **values))[0]


def asked_back(attempt: Attempt, amount: int, **given: Any) -> Operation:
    """The operation of a refund that one attempt gives back alone."""
    return a_refund(attempt.payment, amount, **given).operations.get()
