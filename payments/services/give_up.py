"""Ending an operation that the provider refuses, or of which it says nothing though asked."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from django.db import transaction

from orders.clock import now
from payments.models import Attempt, Operation
from payments.models.operation import PAYMENT_GONE
from payments.models.payment import NOT_SENT
from payments.providers.base import Failure, RefundSeen, RefundStatus
from payments.providers.errors import NotFound
from payments.registry import provider_for
from payments.services.apply import settle_payment
from payments.services.captures_seen import refuse_capture
from payments.services.changes import as_read, save_changes
from payments.services.lock import lock_attempt
from payments.services.refunds_seen import move_refund
from payments.states import SENDABLE, OperationKind, OperationStatus

logger = logging.getLogger("till.payments")
UNTOLD: Final = SENDABLE - {OperationStatus.PENDING}
"""Of such an operation the provider has told nothing: it may not know of it."""
UNDER_WAY: Final = timedelta(hours=1)
"""Longer than what was sent in the last moment of a key's window can be on its way."""


def in_window(operation: Operation) -> bool:
    """Whether the provider still knows our key, so that a repeat is harmless; or PaymentError."""
    window = provider_for(operation.attempt.account).capabilities.idempotency_window
    return operation.first_sent_at is None or operation.first_sent_at + window >= now()


def is_forgotten(operation: Operation) -> bool:
    """Whether it can be sent no more, and nothing that was sent is on its way; or PaymentError.

    What an answer does not have then was never made.
    """
    window = provider_for(operation.attempt.account).capabilities.idempotency_window
    sent = operation.first_sent_at
    return sent is not None and sent + window + UNDER_WAY < now()


def refuse_forgotten(operation: Operation) -> None:
    """Believe an answer, booked by now, that has nothing of it; while its key is good it waits."""
    if is_forgotten(operation):
        refuse(operation, Failure(NOT_SENT))


def refuse(operation: Operation, why: Failure) -> None:
    """Believe a refusal; what has been told of meanwhile stays as it was told."""
    with transaction.atomic(durable=True):
        attempt, attempts = lock_attempt(operation.attempt_id)
        give_up(operation, why, attempt=attempt, attempts=attempts)


def refuse_unknown(operation: Operation, error: NotFound) -> None:
    """Believe that the provider does not know the payment, unless it may have taken the first."""
    if operation.tries <= 1:
        refuse(operation, Failure(PAYMENT_GONE))
    else:
        logger.warning("no answer about %s: %s", operation.our_ref, error)


def give_up(
    operation: Operation, why: Failure, *, attempt: Attempt, attempts: Sequence[Attempt]
) -> None:
    """End it as failed, unless it was told of; the rows of its order are locked."""
    operation = Operation.objects.get(pk=operation.pk)
    if operation.status not in UNTOLD:
        return
    before, operation.attempt = as_read(attempt), attempt
    match OperationKind(operation.kind):
        case OperationKind.REFUND:
            failed = RefundSeen("", operation.our_ref, operation.money, RefundStatus.FAILED, why)
            move_refund(attempt, operation, failed)
        case OperationKind.CAPTURE:
            refuse_capture(attempt, operation.pk, why)
        case OperationKind.VOID:
            Operation.objects.filter(pk=operation.pk).update(
                status=OperationStatus.FAILED, settled_at=now(), next_run_at=None
            )
    save_changes(attempt, before)
    settle_payment(attempt.payment, attempts, source="refusal")
