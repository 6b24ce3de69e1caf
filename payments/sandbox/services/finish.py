"""Finishing a payment: paid or declined by a card, cancelled by the shopper, voided by the shop."""

from django.db.models import F
from django.utils import timezone

from payments.sandbox.book import writing
from payments.sandbox.cards import TestCard
from payments.sandbox.errors import conflict
from payments.sandbox.models import Payment, PaymentStatus
from payments.sandbox.services.announce import announce

CANCELLATION: dict[str, object] = {"status": PaymentStatus.CANCELLED}
CHANGES = (
    "status",
    "authorized",
    "captured",
    "released",
    "refunded",
    "card_brand",
    "card_last4",
    "decline_code",
    "updated_at",
)


def pay_with(*, payment: Payment, card: TestCard, base_url: str) -> bool:
    """Charge the card, once. True when this call finished the payment, False when it was before."""
    status = PaymentStatus.DECLINED if card.decline_code else PaymentStatus.CAPTURED
    charged = 0 if card.decline_code else F("amount")
    facts: dict[str, object] = {
        "status": status,
        "authorized": charged,
        "captured": charged,
        "card_brand": card.brand,
        "card_last4": card.last4,
        "decline_code": card.decline_code,
    }
    with writing():
        return _finish(payment, facts, base_url)


def cancel(*, payment: Payment, base_url: str) -> bool:
    """Close an unfinished payment. True when this call closed it, False when it was finished."""
    with writing():
        return _finish(payment, CANCELLATION, base_url)


def void(*, payment: Payment, base_url: str) -> None:
    """Make sure that no money comes from this payment; raises Refused when it has come.

    Runs inside the caller's transaction. A second call changes nothing.
    """
    closed = _finish(payment, CANCELLATION, base_url)
    if not closed and payment.status == PaymentStatus.CAPTURED:
        raise conflict("payment_captured", "The payment was captured: refund it.")


def _finish(payment: Payment, facts: dict[str, object], base_url: str) -> bool:
    # The row count decides who finished it, however many try at once.
    waiting = Payment.objects.filter(pk=payment.pk, status=PaymentStatus.REQUIRES_ACTION)
    won = waiting.update(updated_at=timezone.now(), **facts) == 1
    payment.refresh_from_db(fields=CHANGES)
    if won:
        announce(kind=f"payment.{payment.status}", payment=payment, base_url=base_url)
    return won
