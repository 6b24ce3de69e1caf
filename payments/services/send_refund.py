"""Sending a refund: with its stored key, while the money is there, and failed only once asked."""

from __future__ import annotations

import logging
from functools import partial

from django.db import transaction

from payments.errors import PaymentError
from payments.models import Operation, ProviderObject
from payments.models.operation import DISPUTED
from payments.providers.base import Failure, Outcome, ProviderRef, RefundRequest
from payments.providers.errors import NotFound, ProviderError, ProviderRejected
from payments.registry import provider_for
from payments.services.apply import apply_outcome
from payments.services.ask import hear
from payments.services.calls import call_provider
from payments.services.give_up import (
    give_up,
    in_window,
    refuse,
    refuse_forgotten,
    refuse_unknown,
)
from payments.services.lock import lock_attempt
from payments.services.room import is_overdrawn
from payments.states import OperationStatus

logger = logging.getLogger("till.payments")


def send_refund(operation: Operation) -> None:
    """Send one claimed refund and book the answer; what is taken, or too old, is asked about.

    Too old is one whose key the provider has forgotten: that has failed once an answer lacks it.
    A refusal proves nothing of an earlier sending whose answer was lost: then the provider is
    asked, and the refund has failed only where it is not in the answer.
    """
    try:
        known = ProviderObject.objects.filter(attempt=operation.attempt, kind="payment").first()
        taken = operation.status == OperationStatus.PENDING
        if known is None or taken or not in_window(operation):
            if hear(operation.attempt_id, source="refund"):
                refuse_forgotten(operation)
            return
        if not _is_there(operation):
            return
        outcome = _send(operation, known.object_id)
    except (ProviderRejected, NotFound) as error:
        _end(operation, error)
    except (ProviderError, PaymentError) as error:
        logger.warning("no answer about %s: %s", operation.our_ref, error)
    else:
        apply_outcome(attempt_id=operation.attempt_id, outcome=outcome, source="refund")


def _end(operation: Operation, error: ProviderRejected | NotFound) -> None:
    if isinstance(error, NotFound):
        refuse_unknown(operation, error)
    elif _never_taken(operation):
        refuse(operation, error.failure)


def _is_there(operation: Operation) -> bool:
    """Whether the money can still go; a refund of what a dispute has taken fails, unless told of.

    Decided refund by refund under the order's lock, so that one makes room for the other.
    """
    surely = operation.tries <= 1 or (is_overdrawn(operation.attempt) and _never_taken(operation))
    with transaction.atomic(durable=True):
        attempt, attempts = lock_attempt(operation.attempt_id)
        if not is_overdrawn(attempt):
            return True
        if surely:
            give_up(operation, Failure(DISPUTED), attempt=attempt, attempts=attempts)
    return False


def _never_taken(operation: Operation) -> bool:
    """Whether no earlier sending can have been taken, or the provider was asked and has answered.

    What the answer tells of the refund is booked then.
    """
    return operation.tries <= 1 or hear(operation.attempt_id, source="refund")


def _send(operation: Operation, payment_id: str) -> Outcome:
    attempt = operation.attempt
    request = RefundRequest(
        ref=ProviderRef(payment_id),
        our_ref=operation.our_ref,
        amount=operation.money,
        key=operation.key,
        reason=operation.reason,
    )
    send = partial(provider_for(attempt.account).refund, request)
    return call_provider("refund", send, attempt=attempt, operation=operation, key=operation.key)
