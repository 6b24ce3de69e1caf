"""Closing a payment that nobody paid, and letting go of a hold: by its shop, or by time."""

from payments.sandbox.errors import conflict
from payments.sandbox.models import Payment, PaymentStatus
from payments.sandbox.services.announce import announce
from payments.sandbox.services.move import OPEN, Facts, grip, move

CANCELLATION: Facts = {"status": PaymentStatus.CANCELLED}


def void(*, payment: Payment) -> None:
    """Make sure that no more money comes from this payment; raises Refused when it has, or may.

    Runs inside the caller's transaction. A second call changes nothing.
    """
    closed = move(payment=payment, since=OPEN, facts=CANCELLATION)
    if not closed and payment.plays.outlives_void:
        closed = move(payment=payment, since=[PaymentStatus.PROCESSING], facts=CANCELLATION)
    if closed or _release(payment, PaymentStatus.CANCELLED):
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


def lapse(*, payment: Payment) -> bool:
    """Let go of a hold that was not captured in time. A second call changes nothing.

    Runs inside the caller's transaction.
    """
    return _release(payment, PaymentStatus.EXPIRED)


def _release(payment: Payment, ended: PaymentStatus) -> bool:
    """Let go of what is held; a payment of which some was captured stays a captured one."""
    if not grip(payment=payment):
        return False
    payment.released += payment.left
    payment.status = PaymentStatus.CAPTURED if payment.captured else ended
    payment.save(update_fields=["released", "status"])
    announce(kind="payment.released" if payment.captured else f"payment.{ended}", payment=payment)
    return True
