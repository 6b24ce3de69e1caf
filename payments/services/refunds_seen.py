"""Booking each refund that a provider tells of: ours by reference, others as external."""

from __future__ import annotations

from collections.abc import Sequence

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
    own = attempt.operations.filter(our_ref=refund.our_ref) if refund.our_ref else None
    known = own or attempt.operations.filter(
        provider_objects__kind="refund", provider_objects__object_id=refund.provider_id
    )
    return known.first()


def _external(attempt: Attempt, refund: RefundSeen) -> Operation:
    """A refund that we did not ask for: a fact all the same, and a person accepts it."""
    open_review(
        ReviewKind.EXTERNAL_REFUND,
        attempt.payment,
        refund.provider_id,
        f"{refund.amount} by {refund.provider_id}",
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
    before = operation.status
    match seen.status:
        case RefundStatus.PENDING if before in UNSETTLED:
            operation.status = OperationStatus.PENDING
        case RefundStatus.SUCCEEDED if before in UNSETTLED:
            operation.status = OperationStatus.SUCCEEDED
            attempt.refund_pending -= operation.amount
            attempt.refunded += operation.amount
            _tell_shopper(attempt, operation)
        case RefundStatus.FAILED if before in UNSETTLED:
            operation.status = OperationStatus.FAILED
            attempt.refund_pending -= operation.amount
        case RefundStatus.FAILED if before == OperationStatus.SUCCEEDED:
            operation.status = OperationStatus.REVERSED
            attempt.refund_reversed += operation.amount
        case _:
            return
    if seen.error:
        operation.error_code, operation.error_raw = seen.error.code, seen.error.raw[:80]
    if operation.status in {OperationStatus.FAILED, OperationStatus.REVERSED}:
        detail = f"{seen.amount}: {operation.error_code}"
        open_review(ReviewKind.REFUND_FAILED, attempt.payment, operation.our_ref, detail)
    operation.next_run_at = None
    operation.settled_at = now() if operation.status not in UNSETTLED else None
    operation.save()


def _tell_shopper(attempt: Attempt, operation: Operation) -> None:
    queue_mail(
        order=attempt.payment.order,
        kind="refund",
        subject_ref=operation.our_ref,
        context={"amount": operation.amount, "reason": operation.reason},
    )
