"""Giving money back: never more than was captured."""

from dataclasses import dataclass
from http import HTTPStatus

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from payments.sandbox.errors import Problem, Refused, conflict
from payments.sandbox.models import Payment, PaymentStatus, Refund
from payments.sandbox.services.announce import announce
from payments.sandbox.services.ids import new_id


@dataclass(frozen=True, slots=True)
class RefundOrder:
    """What a merchant gives back; amount in minor units of the payment's currency."""

    reference: str
    amount: int
    reason: str


def refund(*, payment: Payment, order: RefundOrder, base_url: str) -> Refund:
    """Refund a captured payment in full or in part; raises Refused, then nothing has changed.

    Runs inside the caller's transaction, whose rollback undoes a reservation that was refused.
    """
    _take(payment, order.amount)
    made = Refund(
        public_id=new_id("re"),
        merchant_id=payment.merchant_id,
        payment=payment,
        reference=order.reference,
        amount=order.amount,
        reason=order.reason,
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        message = "A refund with this reference exists."
        raise conflict("reference_taken", message, "reference") from None
    announce(kind="refund.succeeded", payment=payment, base_url=base_url)
    return made


def _take(payment: Payment, amount: int) -> None:
    enough = Payment.objects.filter(
        pk=payment.pk, status=PaymentStatus.CAPTURED, captured__gte=F("refunded") + amount
    )
    taken = enough.update(refunded=F("refunded") + amount, updated_at=timezone.now())
    payment.refresh_from_db(fields=["status", "captured", "refunded", "updated_at"])
    if taken:
        return
    if payment.status != PaymentStatus.CAPTURED:
        raise conflict("payment_not_captured", "The payment was not captured.")
    left = payment.captured - payment.refunded
    message = f"Only {left} of this payment can still be refunded."
    raise Refused(Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "amount_too_large", message, "amount"))
