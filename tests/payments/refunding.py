"""Refunds as staff ask for them, in the words that most tests need."""

from __future__ import annotations

from orders.money import Money
from payments.models import Operation, Refund, RefundReason
from payments.services.refund import RefundDraft, request_refund


def a_reason(code: str = "other") -> RefundReason:
    """One of the list; a test that empties every table takes the shipped ones away."""
    return RefundReason.objects.get_or_create(code=code, defaults={"label": "Another reason"})[0]


def asked_refund(
    *, payment_id: int, amount: Money, reason: str, request_key: str, requested_by: int | None
) -> tuple[Operation, bool]:
    """A refund that one attempt gives back: its operation, and whether this call made it."""
    draft = RefundDraft(
        payment_id=payment_id,
        amount=amount,
        request_key=request_key,
        note=reason,
        requested_by=requested_by,
    )
    refund, fresh = request_refund(draft)
    return refund.operations.get(), fresh


def a_waiting_refund(payment_id: int, amount: Money, *, by: int | None = None) -> Refund:
    """One above the limit, which the test has set."""
    draft = RefundDraft(
        payment_id=payment_id, amount=amount, request_key=f"waits:{by}", requested_by=by
    )
    return request_refund(draft)[0]
