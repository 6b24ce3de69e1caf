"""Sending what was asked of a provider: refunds and voids, by workers, with stored keys."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any, Final

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_noop

from orders.clock import now
from orders.states import OrderState
from orders.sweep import each
from payments.conf import payment_settings
from payments.errors import PaymentError
from payments.models import Attempt, Operation, ProviderObject
from payments.models.payment import MISMATCH
from payments.models.records import ReviewKind
from payments.providers.base import CaptureRequest, Outcome, ProviderRef
from payments.providers.errors import NotFound, ProviderError, ProviderRejected
from payments.providers.protocol import Provider
from payments.registry import provider_for
from payments.schedule import Case, next_poll
from payments.services.apply import apply_outcome
from payments.services.ask import ask, hear, our_ref
from payments.services.calls import call_provider
from payments.services.close import send_void
from payments.services.give_up import (
    in_window,
    is_forgotten,
    refuse,
    refuse_forgotten,
    refuse_unknown,
)
from payments.services.lock import lock_attempt
from payments.services.reviews import open_review
from payments.services.send_refund import send_refund
from payments.states import UNSETTLED, OperationKind, OperationStatus

logger = logging.getLogger("till.payments")
BATCH = 100
DEAD: Final = frozenset({OrderState.CANCELLED, OrderState.EXPIRED})
"""Nothing is captured for such an order any more; an earlier sending is only asked about."""


def submit_due_operations() -> int:
    """Send up to a hundred refunds and voids whose time has come; returns how many were due.

    One that raises is put off by the table of waits; see `each`.
    """
    due = Operation.objects.filter(next_run_at__lte=now()).order_by("next_run_at", "pk")
    batch = list(due[:BATCH])
    each(batch, _claim_and_submit)
    return len(batch)


def _claim_and_submit(operation: Operation) -> None:
    if _claim(operation):
        submit_operation(operation.pk)


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
    about, never sent again; the latter has failed where the answer lacks it. A second call changes
    nothing.
    """
    operation = Operation.objects.select_related("attempt__payment__order", "attempt__account").get(
        pk=operation_id
    )
    if operation.status not in UNSETTLED:
        return  # it was told of between claiming and loading
    try:
        SENDERS[OperationKind(operation.kind)](operation)
    finally:  # whatever it was, the row is not tried without a pause, nor for ever
        _ask_later(operation)


def _close(operation: Operation) -> None:
    try:
        send = in_window(operation)
    except PaymentError as error:
        logger.warning("%s is not sent: %s", operation.our_ref, error)
        return
    if send:
        send_void(operation)
    attempt = Attempt.objects.get(pk=operation.attempt_id)
    if attempt.in_flight:
        ask(attempt.pk, source="void")
    elif attempt.held and hear(attempt.pk, source="void"):
        _end_in_vain(operation)


def _end_in_vain(release: Operation) -> None:
    """End a release, refused or forgotten, of what is held still; the next look owes another.

    That look is due at once after what was forgotten: a refusal would only be heard again.
    """
    forgotten = is_forgotten(release)
    unsettled = Operation.objects.filter(pk=release.pk, status__in=UNSETTLED)
    vain = unsettled if forgotten else unsettled.exclude(error_code="")
    with transaction.atomic():
        lock_attempt(release.attempt_id)
        ended = vain.update(status=OperationStatus.FAILED, settled_at=now(), next_run_at=None)
        if ended and forgotten:
            Attempt.objects.filter(pk=release.attempt_id).update(next_poll_at=now())


def _capture(operation: Operation) -> None:
    attempt = operation.attempt
    try:
        outcome = _send_or_ask_capture(provider_for(attempt.account), operation)
    except ProviderRejected as error:
        if hear(attempt.pk, source="capture"):
            refuse(operation, error.failure)
        return
    except NotFound as error:
        refuse_unknown(operation, error)
        return
    except (ProviderError, PaymentError) as error:
        logger.warning("no answer about %s: %s", operation.our_ref, error)
        return
    attempt = apply_outcome(attempt_id=attempt.pk, outcome=outcome, source="capture")
    if attempt.error_code != MISMATCH:
        refuse_forgotten(operation)


def _send_or_ask_capture(provider: Provider, operation: Operation) -> Outcome:
    attempt = operation.attempt
    known = ProviderObject.objects.filter(attempt=attempt, kind="payment").first()
    unwanted = attempt.payment.order.state in DEAD or attempt.superseded_at is not None
    if known is None or unwanted or not in_window(operation):
        ask_them = partial(provider.query, our_ref(attempt))
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


SENDERS: Final = {
    OperationKind.CAPTURE: _capture,
    OperationKind.REFUND: send_refund,
    OperationKind.VOID: _close,
}


def _ask_later(operation: Operation) -> None:
    """Not settled yet: try again by the table, and after it ask a person, at once with giving up.

    What it was told to be meanwhile has set its next time already.
    """
    pending = operation.status == OperationStatus.PENDING
    open_still = Operation.objects.filter(pk=operation.pk, status=operation.status)
    waiting = OperationStatus.PENDING if pending else OperationStatus.UNKNOWN
    again = next_poll(
        Case.REFUND if pending else Case.UNKNOWN, operation.tries - (not pending), at=now()
    )
    with transaction.atomic():
        if open_still.update(status=waiting, next_run_at=again) and again is None:
            open_review(
                ReviewKind.NO_ANSWER,
                operation.attempt.payment,
                subject=operation.our_ref,
                detail=gettext_noop("%(kind)s of %(amount)s"),
                facts={"kind": OperationKind(operation.kind), "amount": operation.money},
            )
