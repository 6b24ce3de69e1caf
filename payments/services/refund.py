"""Refunds: requested by people in a transaction, submitted by workers outside of any."""

from __future__ import annotations

import logging
from functools import partial

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from orders.clock import now
from orders.formats import format_money
from orders.money import Money
from orders.services.lock import lock_order
from orders.wake import wake
from payments.conf import payment_settings
from payments.errors import PaymentError, RefundRefused
from payments.models import Attempt, Operation, Payment, ProviderObject
from payments.models.records import ReviewKind
from payments.providers.base import (
    Failure,
    OurRef,
    Outcome,
    Provider,
    ProviderError,
    ProviderRef,
    ProviderRejected,
    RefundRequest,
    RefundSeen,
    RefundStatus,
    Status,
)
from payments.registry import provider_for
from payments.services.apply import UNKNOWN_POLLS, apply_outcome
from payments.services.calls import call_provider
from payments.services.reviews import open_review
from payments.states import OperationStatus

logger = logging.getLogger("till.payments")
BATCH = 100
TASK = "payments.submit_refunds"


def request_refund(
    *, payment_id: int, amount: Money, reason: str, request_key: str, requested_by: int | None
) -> tuple[Operation, bool]:
    """Ask for `amount` back; returns the refund and whether this call made it.

    `request_key` is the intent: a second call with it changes nothing and returns the first
    refund. Raises RefundRefused with a sentence for staff. A worker sends it after the commit.
    """
    with transaction.atomic():
        lock_order(Payment.objects.values_list("order_id", flat=True).get(pk=payment_id))
        if known := Operation.objects.filter(request_key=request_key).first():
            return _same_intent(known, payment_id, amount), False
        payment = Payment.objects.get(pk=payment_id)
        _check(payment, amount)
        operation = Operation.objects.create(
            attempt=_reserve(payment, amount),
            request_key=request_key,
            amount=amount.amount,
            reason=reason,
            requested_by_id=requested_by,
        )
        wake(TASK)
    return operation, True


def _same_intent(known: Operation, payment_id: int, amount: Money) -> Operation:
    if known.attempt.payment_id != payment_id or known.money != amount:
        raise RefundRefused(_("this request was already used for another refund"))
    return known


def _check(payment: Payment, amount: Money) -> None:
    if amount.currency != payment.currency:
        named = {"paid": payment.currency, "asked": amount.currency}
        raise RefundRefused(_("this order was paid in %(paid)s, not %(asked)s") % named)
    if amount.amount <= 0:
        raise RefundRefused(_("a refund is more than zero"))
    if payment.captured == 0:
        raise RefundRefused(_("nothing has been paid on this order yet"))
    if amount > payment.refundable:
        most = {"amount": format_money(payment.refundable)}
        raise RefundRefused(_("at most %(amount)s can still be refunded") % most)


def _reserve(payment: Payment, amount: Money) -> Attempt:
    """Set the amount aside by conditional UPDATE on one attempt and on the payment."""
    fits = {"room__gte": amount.amount}
    room = F("captured") - F("refunded") + F("refund_reversed") - F("refund_pending")
    aside = {"refund_pending": F("refund_pending") + amount.amount}
    if Payment.objects.alias(room=room).filter(pk=payment.pk, **fits).update(**aside):
        attempt: Attempt
        for attempt in payment.attempts.filter(captured__gt=0).order_by("pk"):
            if Attempt.objects.alias(room=room).filter(pk=attempt.pk, **fits).update(**aside):
                return attempt
    raise RefundRefused(_("no single payment of this order can give back so much: refund in parts"))


def submit_due_refunds() -> int:
    """Send up to a hundred refunds whose time has come; returns how many were claimed."""
    due = Operation.objects.filter(next_run_at__lte=now()).order_by("next_run_at", "pk")
    claimed = 0
    for operation in due[:BATCH]:
        if _claim(operation):
            claimed += 1
            submit_refund(operation.pk)
    return claimed


def _claim(operation: Operation) -> bool:
    """One worker takes the refund for one call; if it dies, the sweep finds the row again."""
    first = {} if operation.first_sent_at else {"first_sent_at": now()}
    taken = Operation.objects.filter(
        pk=operation.pk, next_run_at=operation.next_run_at, tries=operation.tries
    ).update(
        status=OperationStatus.SUBMITTING,
        next_run_at=now() + payment_settings().lease,
        tries=F("tries") + 1,
        **first,
    )
    return taken == 1


def submit_refund(operation_id: int) -> None:
    """Send one claimed refund, with its stored key, and book the answer.

    Past the provider's idempotency window it is only asked about, never sent again.
    """
    operation = Operation.objects.select_related("attempt__payment", "attempt__account").get(
        pk=operation_id
    )
    try:
        outcome = _send_or_ask(provider_for(operation.attempt.account), operation)
    except ProviderRejected as error:
        outcome = _refused(operation, error.failure)
    except (ProviderError, PaymentError) as error:
        logger.warning("no answer about %s: %s", operation.our_ref, error)
        _ask_later(operation)
        return
    apply_outcome(attempt_id=operation.attempt_id, outcome=outcome, source="refund")
    _ask_later(operation)


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
    window = provider.capabilities.idempotency_window
    known = ProviderObject.objects.filter(attempt=attempt, kind="payment").first()
    if known is None or (operation.first_sent_at and operation.first_sent_at + window < now()):
        ask = partial(provider.query, OurRef(attempt.our_ref))
        return call_provider("query", ask, attempt=attempt, operation=operation)
    request = RefundRequest(
        ref=ProviderRef(known.object_id),
        our_ref=operation.our_ref,
        amount=operation.money,
        key=operation.key,
        reason=operation.reason,
    )
    send = partial(provider.refund, request)
    return call_provider("refund", send, attempt=attempt, operation=operation, key=operation.key)


def _ask_later(operation: Operation) -> None:
    """Still without an answer: try again by the table, and after it ask a person."""
    unanswered = Operation.objects.filter(pk=operation.pk, status=OperationStatus.SUBMITTING)
    if operation.tries <= len(UNKNOWN_POLLS):
        wait = UNKNOWN_POLLS[operation.tries - 1]
        unanswered.update(status=OperationStatus.UNKNOWN, next_run_at=now() + wait)
    elif unanswered.update(status=OperationStatus.UNKNOWN, next_run_at=None):
        payment, detail = operation.attempt.payment, f"refund of {operation.money}"
        open_review(ReviewKind.NO_ANSWER, payment, subject=operation.our_ref, detail=detail)
