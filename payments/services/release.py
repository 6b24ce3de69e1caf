"""Letting go of what is held: all of it, so that the shopper pays anew, or what is left of it."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from orders.clock import now
from orders.models import Order
from orders.services.cancel import ask_again
from orders.states import OrderState
from payments.errors import ReleaseRefused
from payments.models import Attempt
from payments.services.apply import settle_payment
from payments.services.changes import as_read, save_changes
from payments.services.holds import owe_release
from payments.services.lock import lock_payment
from payments.states import UNSETTLED, OperationKind


def release_hold(*, payment_id: int, requested_by: int | None = None) -> bool:
    """Owe the release of what is held for an open order, and ask the shopper for another payment.

    A second call changes nothing and returns False. Raises ReleaseRefused with a sentence for
    staff. A worker sends it after the commit.
    """
    with transaction.atomic():
        payment, attempts = lock_payment(Order.objects.filter(payment=payment_id))
        if payment.order.state != OrderState.OPEN:
            raise ReleaseRefused(_("only a hold of an open order is released: cancel this one"))
        holding = [each for each in attempts if each.held and not each.superseded_at]
        for attempt in holding:
            _check(attempt)
            before = as_read(attempt)
            attempt.superseded_at, attempt.reserved, attempt.accepted = now(), 0, 0
            owe_release(attempt, by=requested_by)
            save_changes(attempt, before)
            ask_again(payment.order, subject_ref=attempt.our_ref)
        settle_payment(payment, attempts, source="release")
    return bool(holding)


def release_rest(*, payment_id: int, requested_by: int | None = None) -> bool:
    """Owe the release of what is still held beside what was captured; the order keeps that.

    A second call changes nothing and returns False. Raises ReleaseRefused with a sentence for
    staff. A worker sends it after the commit.
    """
    with transaction.atomic():
        payment, attempts = lock_payment(Order.objects.filter(payment=payment_id))
        if payment.order.state != OrderState.CONFIRMED:
            raise ReleaseRefused(_("only of a confirmed order the rest is released"))
        resting = [each for each in attempts if each.has_rest]
        if not resting and any(each.held and not each.closing_at for each in attempts):
            raise ReleaseRefused(_("nothing of it is captured yet: cancel the order instead"))
        for attempt in resting:
            _check_captures(attempt)
            before = as_read(attempt)
            attempt.capture_final = True
            owe_release(attempt, by=requested_by)
            save_changes(attempt, before)
    return bool(resting)


def _check_captures(attempt: Attempt) -> None:
    if attempt.operations.filter(kind=OperationKind.CAPTURE, status__in=UNSETTLED).exists():
        raise ReleaseRefused(_("a capture is on its way: wait until it is settled"))


def _check(attempt: Attempt) -> None:
    _check_captures(attempt)
    if attempt.captured:
        raise ReleaseRefused(_("a part of it is captured: capture the rest, or cancel the order"))
