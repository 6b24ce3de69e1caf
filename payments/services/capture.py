"""Captures of what a bank holds for us: requested by people, submitted by workers."""

from __future__ import annotations

from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from orders.formats import format_money
from orders.models import Order
from orders.money import Money
from orders.states import OrderState
from orders.wake import wake
from payments.errors import CaptureRefused
from payments.models import Attempt, Operation
from payments.models.operation import SUBMIT_TASK, new_capture_ref
from payments.services.lock import lock_payment
from payments.states import UNSETTLED, OperationKind

CHARGED: Final = frozenset({OrderState.OPEN, OrderState.CONFIRMED})
"""An open order may have a part that staff have accepted while the rest is asked for."""


def request_capture(
    *, payment_id: int, amount: Money, final: bool, request_key: str, requested_by: int | None
) -> tuple[Operation, bool]:
    """Ask for `amount` of what is held; returns the capture and whether this call made it.

    `final`: what is left of the hold is released. `request_key` is the intent: a second call with
    it changes nothing and returns the first capture. Raises CaptureRefused with a sentence for
    staff. A worker sends it after the commit.
    """
    with transaction.atomic():
        payment, attempts = lock_payment(Order.objects.filter(payment=payment_id))
        if known := Operation.objects.filter(request_key=request_key).first():
            return _same_intent(known, payment_id, amount), False
        if payment.order.state not in CHARGED:
            raise CaptureRefused(_("this order has ended, so nothing is captured for it"))
        attempt = _holding(attempts)
        _check(attempt, amount)
        _check_amount(attempt, amount)
        operation = Operation.objects.create(
            attempt=attempt,
            kind=OperationKind.CAPTURE,
            our_ref=new_capture_ref(),
            request_key=request_key,
            amount=amount.amount,
            reaches=attempt.captured + amount.amount,
            final=final,
            requested_by_id=requested_by,
        )
        attempt.capture_asked += amount.amount
        attempt.capture_final = final
        attempt.save(update_fields=["capture_asked", "capture_final"])
        wake(SUBMIT_TASK)
    return operation, True


def _same_intent(known: Operation, payment_id: int, amount: Money) -> Operation:
    if known.attempt.payment_id != payment_id or known.money != amount:
        raise CaptureRefused(_("this request was already used for another capture"))
    return known


def _holding(attempts: list[Attempt]) -> Attempt:
    """The attempt whose hold is to be captured."""
    holding = [attempt for attempt in attempts if attempt.held and not attempt.superseded_at]
    if not holding:
        raise CaptureRefused(_("nothing is held for this order"))
    return holding[-1]


def _check(attempt: Attempt, amount: Money) -> None:
    currency = attempt.payment.currency
    if amount.currency != currency:
        named = {"held": currency, "asked": amount.currency}
        raise CaptureRefused(_("this order's money is held in %(held)s, not %(asked)s") % named)
    if amount.amount <= 0:
        raise CaptureRefused(_("a capture is more than zero"))
    if attempt.closing_at:
        raise CaptureRefused(_("this hold is being released"))
    if attempt.operations.filter(kind=OperationKind.CAPTURE, status__in=UNSETTLED).exists():
        raise CaptureRefused(_("another capture is on its way: wait until it is settled"))


def _check_amount(attempt: Attempt, amount: Money) -> None:
    most = attempt.money(attempt.chargeable)
    if amount > most:
        named = {"amount": format_money(most)}
        raise CaptureRefused(_("at most %(amount)s can be captured") % named)
    if attempt.payment.order.state == OrderState.OPEN and not attempt.accepted:
        raise CaptureRefused(_("less is held than was asked for: accept it first, or release it"))
    if attempt.payment.order.state == OrderState.OPEN and amount < most:
        raise CaptureRefused(_("this order waits for its rest: capture all that was accepted"))
