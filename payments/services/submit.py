"""Sending what was asked of a provider: refunds and voids, by workers, with stored keys."""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import partial
from typing import Any, Final

from django.db import transaction
from django.db.models import F

from orders.clock import now
from payments.conf import payment_settings
from payments.errors import PaymentError
from payments.models import Attempt, Operation, ProviderObject
from payments.models.records import ReviewKind
from payments.providers.base import (
    CaptureRequest,
    Failure,
    OurRef,
    Outcome,
    ProviderRef,
    RefundRequest,
    RefundSeen,
    RefundStatus,
    Status,
)
from payments.providers.errors import ProviderError, ProviderRejected
from payments.providers.protocol import Provider
from payments.registry import provider_for
from payments.schedule import Case, next_poll
from payments.services.apply import apply_outcome
from payments.services.ask import ask, hear
from payments.services.calls import call_provider
from payments.services.captures_seen import refuse_capture
from payments.services.changes import as_read, save_changes
from payments.services.close import send_void
from payments.services.lock import lock_attempt
from payments.services.reviews import open_review
from payments.states import UNSETTLED, OperationKind, OperationStatus

logger = logging.getLogger("till.payments")
BATCH = 100
PAUSE = timedelta(hours=1)
"""How long an operation that broke the sweep is left alone."""


def submit_due_operations() -> int:
    """Send up to a hundred refunds and voids whose time has come; returns how many were due."""
    due = Operation.objects.filter(next_run_at__lte=now()).order_by("next_run_at", "pk")
    batch = list(due[:BATCH])
    for operation in batch:
        if _claim(operation):
            try:
                submit_operation(operation.pk)
            except Exception:  # whatever it is, the row must not be tried without a pause
                Operation.objects.filter(pk=operation.pk, status__in=UNSETTLED).update(
                    next_run_at=now() + PAUSE
                )
                raise
    return len(batch)


def _claim(operation: Operation) -> bool:
    """One worker takes it for one call; if it dies, the sweep finds the row again."""
    changes: dict[str, Any] = {} if operation.first_sent_at else {"first_sent_at": now()}
    if operation.status != OperationStatus.PENDING:
        changes["status"] = OperationStatus.SUBMITTING
    taken = Operation.objects.filter(
        pk=operation.pk, next_run_at=operation.next_run_at, tries=operation.tries
    ).update(next_run_at=now() + payment_settings().lease, tries=F("tries") + 1, **changes)
    return taken == 1


def submit_operation(operation_id: int) -> None:
    """Send one claimed refund or void, with its stored key, and book the answer.

    What the provider has taken already, and what is past its idempotency window, is only asked
    about, never sent again. A second call changes nothing.
    """
    operation = Operation.objects.select_related("attempt__payment", "attempt__account").get(
        pk=operation_id
    )
    if operation.status not in UNSETTLED:
        return  # it was told of between claiming and loading
    SENDERS[OperationKind(operation.kind)](operation)
    _ask_later(operation)


def _close(operation: Operation) -> None:
    try:
        send = _in_window(operation)
    except PaymentError as error:
        logger.warning("%s is not sent: %s", operation.our_ref, error)
        return
    if send:
        send_void(operation)
    attempt = Attempt.objects.get(pk=operation.attempt_id)
    if attempt.in_flight:
        ask(attempt.pk, source="void")
    elif attempt.held and hear(attempt.pk, source="void"):
        _fail_refused(operation)


def _fail_refused(release: Operation) -> None:
    """End a refused release of what is held still; the next look at the hold owes another."""
    refused = Operation.objects.filter(pk=release.pk, status__in=UNSETTLED).exclude(error_code="")
    refused.update(status=OperationStatus.FAILED, settled_at=now(), next_run_at=None)


def _capture(operation: Operation) -> None:
    attempt = operation.attempt
    try:
        outcome = _send_or_ask_capture(provider_for(attempt.account), operation)
    except ProviderRejected as error:
        if hear(attempt.pk, source="capture"):
            _refuse_capture(operation, error.failure)
        return
    except (ProviderError, PaymentError) as error:
        logger.warning("no answer about %s: %s", operation.our_ref, error)
        return
    apply_outcome(attempt_id=attempt.pk, outcome=outcome, source="capture")


def _refuse_capture(operation: Operation, why: Failure) -> None:
    """Believe a refusal, once asking has shown that no earlier sending of it was taken."""
    with transaction.atomic(durable=True):
        attempt, _siblings = lock_attempt(operation.attempt_id)
        before = as_read(attempt)
        refuse_capture(attempt, operation.pk, why)
        save_changes(attempt, before)


def _send_or_ask_capture(provider: Provider, operation: Operation) -> Outcome:
    attempt = operation.attempt
    known = ProviderObject.objects.filter(attempt=attempt, kind="payment").first()
    if known is None or not _in_window(operation):
        ask_them = partial(provider.query, OurRef(attempt.our_ref))
        return call_provider("query", ask_them, attempt=attempt, operation=operation)
    request = CaptureRequest(
        ref=ProviderRef(known.object_id),
        our_ref=operation.our_ref,
        amount=operation.money,
        key=operation.key,
        final=operation.final,
    )
    send = partial(provider.capture, request)
    return call_provider("capture", send, attempt=attempt, operation=operation, key=operation.key)


def _refund(operation: Operation) -> None:
    if _is_disputed(operation):
        outcome = _refused(operation, Failure("disputed"))
        apply_outcome(attempt_id=operation.attempt_id, outcome=outcome, source="refund")
        return
    try:
        outcome = _send_or_ask(provider_for(operation.attempt.account), operation)
    except ProviderRejected as error:
        outcome = _refused(operation, error.failure)
    except (ProviderError, PaymentError) as error:
        logger.warning("no answer about %s: %s", operation.our_ref, error)
        return
    apply_outcome(attempt_id=operation.attempt_id, outcome=outcome, source="refund")


def _is_disputed(operation: Operation) -> bool:
    """Whether a dispute took the money since the refund was asked for, and it is not sent yet."""
    attempt = operation.attempt
    left = attempt.captured - attempt.refunded + attempt.refund_reversed - attempt.disputed
    return operation.status != OperationStatus.PENDING and left < operation.amount


def _in_window(operation: Operation) -> bool:
    """Whether the provider still knows our key, so that a repeat is harmless."""
    window = provider_for(operation.attempt.account).capabilities.idempotency_window
    return operation.first_sent_at is None or operation.first_sent_at + window >= now()


def _refused(operation: Operation, failure: Failure) -> Outcome:
    """The provider will not make this refund: known to be so, hence an outcome."""
    refund = RefundSeen(
        provider_id="",
        our_ref=operation.our_ref,
        amount=operation.money,
        status=RefundStatus.FAILED,
        error=failure,
    )
    return Outcome(status=Status.CAPTURED, refunds=(refund,))


def _send_or_ask(provider: Provider, operation: Operation) -> Outcome:
    attempt = operation.attempt
    known = ProviderObject.objects.filter(attempt=attempt, kind="payment").first()
    taken = operation.status == OperationStatus.PENDING
    if known is None or taken or not _in_window(operation):
        ask_them = partial(provider.query, OurRef(attempt.our_ref))
        return call_provider("query", ask_them, attempt=attempt, operation=operation)
    request = RefundRequest(
        ref=ProviderRef(known.object_id),
        our_ref=operation.our_ref,
        amount=operation.money,
        key=operation.key,
        reason=operation.reason,
    )
    send = partial(provider.refund, request)
    return call_provider("refund", send, attempt=attempt, operation=operation, key=operation.key)


SENDERS: Final = {
    OperationKind.CAPTURE: _capture,
    OperationKind.REFUND: _refund,
    OperationKind.VOID: _close,
}


def _ask_later(operation: Operation) -> None:
    """Not settled yet: try again by the table, and after it ask a person."""
    pending = operation.status == OperationStatus.PENDING
    open_still = Operation.objects.filter(pk=operation.pk, status=operation.status)
    waiting = OperationStatus.PENDING if pending else OperationStatus.UNKNOWN
    again = next_poll(
        Case.REFUND if pending else Case.UNKNOWN, operation.tries - (not pending), at=now()
    )
    if open_still.update(status=waiting, next_run_at=again) and again is None:
        payment, detail = operation.attempt.payment, f"{operation.kind} of {operation.money}"
        open_review(ReviewKind.NO_ANSWER, payment, subject=operation.our_ref, detail=detail)
