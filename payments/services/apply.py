"""The one way for money facts: webhook, query, return and staff action all end here."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from orders.clock import now
from orders.models import Order
from orders.services.lock import lock_order
from orders.services.settle import mark_paid
from orders.states import OrderState
from payments.models import Attempt, Payment, ProviderObject
from payments.models.records import ReviewKind
from payments.providers.base import Outcome, Status
from payments.services.refunds_seen import apply_refunds
from payments.services.reviews import open_review
from payments.states import (
    IN_FLIGHT,
    OBSERVED,
    AttemptStatus,
    attempt_status,
    payment_status,
)

SUMMED = ("reserved", "captured", "refunded", "refund_reversed", "refund_pending")
"""Columns of a payment that are sums over its attempts."""

UNHEARD = frozenset({AttemptStatus.SUBMITTING, AttemptStatus.UNKNOWN})
"""The provider has told nothing of such an attempt yet."""

UNKNOWN_POLLS = [timedelta(seconds=s) for s in (10, 30, 120, 600, 3600, 6 * 3600)]
UNKNOWN_POLLS += [timedelta(days=1)] * 8


def apply_outcome(*, attempt_id: int, outcome: Outcome, source: str) -> Attempt:
    """Book what a provider says of an attempt. A second call with the same facts changes nothing.

    Facts are never refused: totals only grow, whatever the order in which they are seen.
    What names another account, mode, currency or reference is not applied, but reviewed.
    """
    with transaction.atomic():
        order, payment, attempt = lock_for_money(attempt_id)
        if outcome.inferred and attempt.status not in UNHEARD:
            return attempt
        if problem := _mismatch(attempt, outcome):
            return _set_aside(attempt, problem)
        before = [getattr(attempt, name) for name in SUMMED]
        _remember_objects(attempt, outcome)
        apply_refunds(attempt, outcome)
        _grow_totals(attempt, outcome)
        _observe(attempt, outcome)
        _free_reserve(attempt)
        attempt.save()
        for name, old in zip(SUMMED, before, strict=True):
            moved = getattr(attempt, name) - old
            setattr(payment, name, getattr(payment, name) + moved)
        settle_payment(order, payment, source=source)
        if attempt.captured > before[SUMMED.index("captured")]:
            _question_capture(attempt)
    return attempt


def lock_for_money(attempt_id: int) -> tuple[Order, Payment, Attempt]:
    """Lock order, payment and attempt, always in this order, inside the open transaction."""
    order = lock_order(Order.objects.values_list("pk", flat=True).get(payment__attempts=attempt_id))
    payment = Payment.objects.select_for_update(no_key=True).get(order=order)
    attempt = (
        Attempt.objects.select_for_update(of=("self",), no_key=True)
        .select_related("account")
        .get(pk=attempt_id)
    )
    payment.order = order
    attempt.payment = payment
    return order, payment, attempt


def settle_payment(order: Order, payment: Payment, *, source: str) -> None:
    """Project the payment from its attempts and let the order follow; rows are locked."""
    attempts = list(payment.attempts.order_by("pk"))
    settled = sum(a.captured for a in attempts if a.captured == a.amount)
    payment.status = payment_status(
        amount=payment.amount,
        captured=payment.captured,
        settled=settled,
        refunded=payment.net_refunded,
        attempts=[AttemptStatus(a.status) for a in attempts],
    )
    payment.save()
    if settled >= payment.amount:
        mark_paid(order, actor=source)


def _question_capture(attempt: Attempt) -> None:
    """Ask a person about money that has just come in and fits no order; it is booked already."""
    payment, order = attempt.payment, attempt.payment.order
    ref, came = attempt.our_ref, payment.money(attempt.captured)
    if attempt.captured != attempt.amount:
        asked = payment.money(attempt.amount)
        detail = f"captured {came}, asked for {asked}"
        open_review(ReviewKind.WRONG_AMOUNT, payment, subject=ref, detail=detail)
    elif payment.captured > payment.amount:
        open_review(ReviewKind.SURPLUS, payment, subject=ref, detail=f"a second capture: {came}")
    elif order.state not in {OrderState.CONFIRMED, OrderState.COMPLETED}:
        detail = f"captured {came}, but the order is {order.state}"
        open_review(ReviewKind.SURPLUS, payment, subject=ref, detail=detail)


def _mismatch(attempt: Attempt, outcome: Outcome) -> str:
    """What the provider names otherwise than we do; "" where nothing does."""
    account, currency = attempt.account, attempt.payment.currency
    named = (
        ("reference", outcome.our_ref, attempt.our_ref),
        ("mode", outcome.mode, account.mode),
        ("account", outcome.merchant_id, account.merchant_id),
        ("currency", outcome.amount.currency if outcome.amount else "", currency),
        *(("currency", refund.amount.currency, currency) for refund in outcome.refunds),
    )
    for what, theirs, ours in named:
        if theirs and theirs != ours:
            return f"{what}: theirs {theirs}, ours {ours}"
    return ""


def _set_aside(attempt: Attempt, problem: str) -> Attempt:
    """Book nothing of an answer that is not about this attempt; a person looks at it."""
    open_review(ReviewKind.MISMATCH, attempt.payment, subject=attempt.our_ref, detail=problem)
    attempt.next_poll_at = None
    attempt.save(update_fields=["next_poll_at"])
    return attempt


def _remember_objects(attempt: Attempt, outcome: Outcome) -> None:
    ProviderObject.objects.bulk_create(
        (
            ProviderObject(
                account_id=attempt.account_id, kind=seen.kind, object_id=seen.id, attempt=attempt
            )
            for seen in outcome.objects
        ),
        ignore_conflicts=True,
    )


def _grow_totals(attempt: Attempt, outcome: Outcome) -> None:
    attempt.authorized = max(attempt.authorized, outcome.authorized)
    attempt.captured = max(attempt.captured, outcome.captured)
    attempt.released = max(attempt.released, outcome.released)


def _observe(attempt: Attempt, outcome: Outcome) -> None:
    """Facts about money decide the status; without any, the newest observation does.

    An attempt that has ended comes back only by money, never by a late word of waiting.
    """
    current = AttemptStatus(attempt.status)
    newest = OBSERVED.get(outcome.status, current)
    unheard = outcome.status == Status.UNKNOWN and current != AttemptStatus.SUBMITTING
    if unheard or (newest in IN_FLIGHT and current not in IN_FLIGHT):
        newest = current
    attempt.status = attempt_status(
        authorized=attempt.authorized,
        captured=attempt.captured,
        released=attempt.released,
        newest=newest,
    )
    if outcome.next_action:
        attempt.redirect_url = outcome.next_action.url
    if outcome.error:
        attempt.error_code, attempt.error_raw = outcome.error.code, outcome.error.raw[:80]
    attempt.next_poll_at = _next_poll(attempt)


def _next_poll(attempt: Attempt) -> datetime | None:
    """Only an attempt without an answer is asked about by itself."""
    if attempt.status != AttemptStatus.UNKNOWN:
        return None
    if attempt.polls >= len(UNKNOWN_POLLS):
        detail = "asked for eight days"
        open_review(ReviewKind.NO_ANSWER, attempt.payment, subject=attempt.our_ref, detail=detail)
        return None
    return now() + UNKNOWN_POLLS[attempt.polls]


def _free_reserve(attempt: Attempt) -> None:
    """An attempt that has failed, or has its money, reserves nothing any more."""
    if attempt.status not in IN_FLIGHT and attempt.status != AttemptStatus.AUTHORIZED:
        attempt.reserved = 0
