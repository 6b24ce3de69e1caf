"""Booking each refund that a provider tells of: ours by reference, others as external."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from orders.clock import now
from orders.emails import queue_mail
from payments.models import Attempt, Operation, ProviderObject
from payments.models.records import ReviewKind
from payments.providers.base import RefundSeen, RefundStatus
from payments.services.reviews import open_review
from payments.states import UNSETTLED, OperationStatus


def apply_refunds(attempt: Attempt, seen: Sequence[RefundSeen]) -> None:
    """Move our refunds to what the provider says of them; the attempt's rows are locked.

    `refunded` on the attempt is the sum of succeeded operations; the caller saves the attempt.
    """
    for refund in seen:
        operation = _operation_of(attempt, refund) or _external(attempt, refund)
        ProviderObject.objects.bulk_create(
            [
                ProviderObject(
                    account_id=attempt.account_id,
                    kind="refund",
                    object_id=refund.provider_id,
                    attempt=attempt,
                    operation=operation,
                )
            ],
            ignore_conflicts=True,
        )
        move_refund(attempt, operation, refund)


def _operation_of(attempt: Attempt, refund: RefundSeen) -> Operation | None:
    named = Q(provider_objects__kind="refund", provider_objects__object_id=refund.provider_id)
    if refund.our_ref:
        named |= Q(our_ref=refund.our_ref)
    return Operation.objects.filter(named, attempt=attempt).first()


def _external(attempt: Attempt, refund: RefundSeen) -> Operation:
    """A refund that we did not ask for: a fact all the same, and a person accepts it."""
    open_review(
        ReviewKind.EXTERNAL_REFUND,
        attempt.payment,
        subject=refund.provider_id,
        detail=f"{refund.amount} by {refund.provider_id}",
    )
    attempt.refund_pending += refund.amount.amount
    return Operation.objects.create(
        attempt=attempt,
        request_key=f"external:{attempt.account_id}:{refund.provider_id}",
        amount=refund.amount.amount,
        status=OperationStatus.PENDING,
        external=True,
        next_run_at=None,
    )


def move_refund(attempt: Attempt, operation: Operation, seen: RefundSeen) -> None:
    """Take one refund to what was seen of it; a repeat or an older sight changes nothing."""
    after = _next_status(OperationStatus(operation.status), seen.status)
    if after is None:
        return
    _count(attempt, operation, after)
    operation.status = after
    if seen.error:
        operation.error_code, operation.error_raw = seen.error.code, seen.error.raw[:80]
    operation.next_run_at = None
    operation.settled_at = None if after in UNSETTLED else now()
    operation.save()
    if after == OperationStatus.SUCCEEDED:
        _tell_shopper(attempt, operation)
    elif after not in UNSETTLED:
        payment, detail = attempt.payment, f"{seen.amount}: {operation.error_code}"
        open_review(ReviewKind.REFUND_FAILED, payment, subject=operation.our_ref, detail=detail)


def _next_status(before: OperationStatus, seen: RefundStatus) -> OperationStatus | None:
    """Where a refund goes from here, or None where the sight brings nothing new."""
    match seen:
        case RefundStatus.PENDING if before in UNSETTLED - {OperationStatus.PENDING}:
            return OperationStatus.PENDING
        case RefundStatus.SUCCEEDED if before in UNSETTLED:
            return OperationStatus.SUCCEEDED
        case RefundStatus.FAILED if before in UNSETTLED:
            return OperationStatus.FAILED
        case RefundStatus.FAILED if before == OperationStatus.SUCCEEDED:
            return OperationStatus.REVERSED
    return None


def _count(attempt: Attempt, operation: Operation, after: OperationStatus) -> None:
    """Keep the attempt's totals the sums of its refunds; they only grow but for what is pending."""
    if after == OperationStatus.REVERSED:
        attempt.refund_reversed += operation.amount
    elif after not in UNSETTLED:
        attempt.refund_pending -= operation.amount
    if after == OperationStatus.SUCCEEDED:
        attempt.refunded += operation.amount


def _tell_shopper(attempt: Attempt, operation: Operation) -> None:
    queue_mail(
        order=attempt.payment.order,
        kind="refund",
        subject_ref=operation.our_ref,
        context={"amount": operation.amount, "reason": operation.reason},
    )
