"""Closing a payment that nobody paid: voided by its shop, or out of time."""

from payments.sandbox.errors import conflict
from payments.sandbox.models import Payment, PaymentStatus
from payments.sandbox.services.move import OPEN, Facts, move

CANCELLATION: Facts = {"status": PaymentStatus.CANCELLED}


def void(*, payment: Payment) -> None:
    """Make sure that no money comes from this payment; raises Refused when it has, or may.

    Runs inside the caller's transaction. A second call changes nothing.
    """
    closed = move(payment=payment, since=OPEN, facts=CANCELLATION)
    if not closed and payment.plays.outlives_void:
        closed = move(payment=payment, since=[PaymentStatus.PROCESSING], facts=CANCELLATION)
    if closed:
        return
    if payment.status == PaymentStatus.CAPTURED:
        raise conflict("payment_captured", "The payment was captured: refund it.")
    if payment.status == PaymentStatus.PROCESSING:
        raise conflict("payment_processing", "The payment is under way and cannot be stopped.")


def expire(*, payment: Payment) -> bool:
    """Close a payment that was not paid in time. A second call changes nothing.

    Runs inside the caller's transaction.
    """
    return move(payment=payment, since=OPEN, facts={"status": PaymentStatus.EXPIRED})
