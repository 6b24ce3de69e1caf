"""Ending orders that nobody has paid; an attempt's money never ends by time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext_noop

from orders.clock import now
from orders.conf import order_settings
from orders.models import Order
from orders.services.expire import expire_order
from orders.services.rest import KEPT_FOR_REST
from orders.states import OrderState
from orders.sweep import each
from payments.conf import payment_settings
from payments.models import Attempt
from payments.models.records import ReviewKind
from payments.providers.capabilities import Flow
from payments.registry import flow_of
from payments.services.apply import settle_payment
from payments.services.ask import ask
from payments.services.close import close_attempt
from payments.services.lock import lock_payment
from payments.services.open import LAST_CALL, holds_money
from payments.services.reviews import open_review
from payments.states import IN_FLIGHT, AttemptStatus

BATCH = 100
TASK = "payments.expire_orders"
GRACE: Final = timedelta(hours=24)
"""How long goods are kept for a payment of which the provider says nothing."""
LOOK_AGAIN: Final = timedelta(minutes=30)


def expire_due() -> int:
    """Look at up to a hundred orders whose time is over; returns how many were due.

    One that raises is put off; see `each`.
    """
    due = Order.objects.filter(state=OrderState.OPEN, expires_at__lte=now()).order_by("expires_at")
    batch = list(due[:BATCH])
    each(batch, _look_at)
    return len(batch)


def _look_at(order: Order) -> None:
    until = _claim(order)
    if not until:
        return
    try:
        _close_attempts(order, until)
        _expire_or_wait(order.pk, until)
    except Exception:  # whatever it is: the order is put off, and the error goes on
        Order.objects.filter(pk=order.pk).update(expires_at=now() + LOOK_AGAIN)
        raise


def _claim(order: Order) -> datetime | None:
    """One worker takes the order for some seconds; whoever begins to pay now takes it back."""
    until = now() + 3 * payment_settings().lease
    mine = Order.objects.filter(
        pk=order.pk, state=OrderState.OPEN, expires_at=order.expires_at
    ).update(expires_at=until)
    return until if mine else None


def _close_attempts(order: Order, until: datetime) -> None:
    """Ask what became of each, and close what the shopper has not paid; no transaction is open.

    What is on its way the table of polling asks about, as long as the goods are kept for it. Who
    has begun to pay since the order was claimed has taken it back, and nothing is closed.
    """
    still_mine = Attempt.objects.filter(payment__order=order, payment__order__expires_at=until)
    flying = still_mine.filter(status__in=IN_FLIGHT, superseded_at=None)
    for attempt in flying.select_related("account"):
        if _is_on_its_way(attempt, order):
            continue
        asked = ask(attempt.pk, source="expiry")
        if asked.in_flight and not _is_on_its_way(asked, order):
            close_attempt(attempt.pk, source="expiry")


def _is_on_its_way(attempt: Attempt, order: Order) -> bool:
    return attempt.status == AttemptStatus.PROCESSING and _may_still_pay(attempt, order)


def _expire_or_wait(order_id: int, until: datetime) -> None:
    """Expire what is closed, and what has kept silent for a day; money on its way is waited for."""
    with transaction.atomic(durable=True):
        payment, attempts = lock_payment(Order.objects.filter(pk=order_id))
        order = payment.order
        if order.state != OrderState.OPEN or order.expires_at != until:
            return
        if any(_may_still_pay(attempt, order) for attempt in attempts):
            order.expires_at = now() + (KEPT_FOR_REST if _rest_is_overdue(attempts) else LOOK_AGAIN)
            order.save(update_fields=["expires_at"])
        else:
            expire_order(order, actor="expiry")
            settle_payment(payment, attempts, source="expiry")


def _rest_is_overdue(attempts: Sequence[Attempt]) -> bool:
    """Hand an order whose rest nobody has paid to a person: its money never ends by time."""
    parts = [attempt for attempt in attempts if attempt.accepted and holds_money(attempt)]
    if not parts or any(attempt.in_flight and not attempt.superseded_at for attempt in attempts):
        return False
    attempt = parts[0]
    open_review(
        ReviewKind.WRONG_AMOUNT,
        attempt.payment,
        subject=attempt.our_ref,
        detail=gettext_noop("the rest of %(rest)s was asked for and not paid"),
        facts={"rest": attempt.payment.rest},
    )
    return True


def _may_still_pay(attempt: Attempt, order: Order) -> bool:
    """Whether the goods are kept for an attempt: it has money, or may get some soon.

    A slow bank is waited for as long as the table asks; any other for a day from its last try.
    """
    if attempt.superseded_at:
        return False
    if holds_money(attempt):
        return True
    on_its_way = attempt.status == AttemptStatus.PROCESSING
    if on_its_way and flow_of(attempt.account, attempt.method) == Flow.SLOW:
        return attempt.next_poll_at is not None
    return attempt.in_flight and now() < max(_patience(order, attempt.method), _its_day(attempt))


def _patience(order: Order, method: str) -> datetime:
    open_for = timedelta(minutes=order_settings().open_minutes)
    own = payment_settings().open_for(method)
    return order.placed_at + max(open_for, own) + LAST_CALL + GRACE


def _its_day(attempt: Attempt) -> datetime:
    """An order whose hold has lapsed, or that waits for a rest, is older than what it waits for."""
    return attempt.created_at + LAST_CALL + GRACE
