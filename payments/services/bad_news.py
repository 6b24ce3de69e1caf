"""Telling a shopper who no longer waits that no money came."""

from __future__ import annotations

from datetime import timedelta

from orders.clock import now
from orders.conf import order_settings
from orders.emails import queue_mail
from orders.models import Order
from orders.states import OrderState
from payments.models import Attempt
from payments.states import AWAITED, IN_FLIGHT, AttemptStatus

PROMISED = frozenset({AttemptStatus.PROCESSING, AttemptStatus.UNKNOWN})
"""Where we write whether or not somebody saw the waiting page, which promises it."""


def tell_of_failure(order: Order, attempt: Attempt, *, before: AttemptStatus) -> None:
    """Mail that a payment we were waiting for has failed. A second call changes nothing."""
    ended = attempt.status not in AWAITED and not attempt.captured
    ours = attempt.closing_at or attempt.superseded_at
    promised = before in PROMISED or (before in IN_FLIGHT and attempt.returned_at is not None)
    promised |= (
        before == AttemptStatus.AUTHORIZED and not attempt.hold
    )  # of a hold its lapse is told
    if promised and ended and not ours and order.state == OrderState.OPEN:
        queue_mail(
            order=order,
            kind="payment_failed",
            subject_ref=attempt.our_ref,
            context={"amount": attempt.amount},
        )
        _keep_open(order)


def _keep_open(order: Order) -> None:
    """Who is told to pay another way gets the time of a new order for it."""
    until = now() + timedelta(minutes=order_settings().open_minutes)
    if order.expires_at and order.expires_at < until:
        order.expires_at, order.extended = until, False
        order.save(update_fields=["expires_at", "extended"])
