"""Cancelling an order: what is held is released, what was paid goes back, what comes later too."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from orders.clock import now
from orders.errors import CancellationRefused, IllegalTransition
from orders.models import Order
from orders.services.cancel import cancel_order as close_order
from orders.services.cancel import check_nothing_sent
from orders.states import OrderState
from payments.errors import CancelRefused, RefundRefused
from payments.models import Attempt, Operation, Payment
from payments.models.records import ReviewKind
from payments.services.apply import settle_payment
from payments.services.approve import reject_waiting
from payments.services.ask import ask
from payments.services.changes import as_read, save_changes
from payments.services.close import close_attempt
from payments.services.holds import owe_release
from payments.services.lock import lock_payment
from payments.services.refund import owe_refund
from payments.services.reviews import open_review
from payments.states import AttemptStatus, OperationKind, OperationStatus

ENDED = frozenset({OrderState.EXPIRED, OrderState.COMPLETED})


def cancel_order(
    *,
    payment_id: int,
    actor: str,
    reason: str,
    requested_by: int | None,
    audit: Callable[[], None] | None = None,
) -> bool:
    """Close every attempt, then the order; whatever was paid is refunded. No transaction is open.

    `audit` writes down who did it, in the transaction that cancels. A second call changes nothing
    and returns False. Raises CancelRefused with a sentence for staff.
    """
    order = Order.objects.get(payment=payment_id)
    if order.state in ENDED:
        raise CancelRefused(_("an order that has expired or is completed cannot be cancelled"))
    close_attempts(order)
    with transaction.atomic(durable=True):
        payment, attempts = lock_payment(Order.objects.filter(payment=payment_id))
        fresh = cancel_locked(
            payment, attempts, actor=actor, reason=reason, requested_by=requested_by
        )
        if fresh and audit:
            audit()
    return fresh


def cancel_locked(
    payment: Payment,
    attempts: Sequence[Attempt],
    *,
    actor: str,
    reason: str,
    requested_by: int | None,
) -> bool:
    """The same for a locked order whose attempts in flight were closed before."""
    if not _closed(payment.order, actor=actor, reason=reason):
        return False
    _forget_captures(payment)
    for attempt in attempts:
        if attempt.held or attempt.status == AttemptStatus.AUTHORIZED:
            before = as_read(attempt)
            owe_release(attempt, by=requested_by)
            save_changes(attempt, before)
    reject_waiting(payment, attempts, by=requested_by, note=_("the order is cancelled"))
    settle_payment(payment, attempts, source="cancel")
    _give_back(payment, reason=reason, requested_by=requested_by)
    return True


def _forget_captures(payment: Payment) -> None:
    """A capture that no worker has sent yet is not sent any more; the order's lock is held."""
    unsent = Operation.objects.filter(
        attempt__payment=payment, kind=OperationKind.CAPTURE, first_sent_at=None
    )
    unsent.filter(status=OperationStatus.REQUESTED).update(
        status=OperationStatus.FAILED, error_code="cancelled", settled_at=now(), next_run_at=None
    )


def close_attempts(order: Order) -> None:
    """Ask what became of each attempt in flight, and close it; no transaction is open.

    What still comes of them once the order is cancelled is surplus. Raises CancelRefused, before
    anything is closed, where goods have left.
    """
    _check_nothing_sent(order)
    attempts = Attempt.objects.filter(payment__order=order, superseded_at=None)
    for attempt in attempts.order_by("pk"):
        if attempt.in_flight and ask(attempt.pk, source="cancel").in_flight:
            close_attempt(attempt.pk, source="cancel")


def _check_nothing_sent(order: Order) -> None:
    """Looked at again under the lock."""
    try:
        check_nothing_sent(order)
    except CancellationRefused as error:
        raise CancelRefused(str(error)) from error


def _closed(order: Order, *, actor: str, reason: str) -> bool:
    try:
        return close_order(order, actor=actor, reason=reason)
    except IllegalTransition as error:
        refused = _("an order that has expired or is completed cannot be cancelled")
        raise CancelRefused(refused) from error
    except CancellationRefused as error:
        raise CancelRefused(str(error)) from error


def _give_back(payment: Payment, *, reason: str, requested_by: int | None) -> None:
    """Ask for all that can be refunded, attempt by attempt; what is refused, a person looks at."""
    for attempt in payment.attempts.order_by("pk"):
        amount, subject = attempt.refundable, attempt.our_ref
        if not amount.amount:
            continue
        refund = Operation(
            attempt=attempt,
            request_key=f"cancel:{attempt.our_ref}",
            amount=amount.amount,
            reason=reason,
            requested_by_id=requested_by,
        )
        try:
            owe_refund(refund)
        except RefundRefused as refusal:
            open_review(
                ReviewKind.REFUND_FAILED,
                payment,
                subject=subject,
                detail=gettext_noop("%(amount)s of a cancelled order: %(refusal)s"),
                facts={"amount": amount, "refusal": str(refusal)},
            )
