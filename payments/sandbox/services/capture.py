"""Taking money that is held: never more than was authorized and is still there."""

from dataclasses import dataclass
from http import HTTPStatus

from django.db import IntegrityError, transaction
from django.utils import timezone

from payments.sandbox.errors import Problem, Refused, conflict
from payments.sandbox.models import Capture, MovementKind, Payment, PaymentStatus
from payments.sandbox.scenarios import Holds
from payments.sandbox.services.announce import announce
from payments.sandbox.services.dispute import expect_dispute
from payments.sandbox.services.enter import Entry, enter
from payments.sandbox.services.ids import new_id
from payments.sandbox.services.move import grip


@dataclass(frozen=True, slots=True)
class CaptureOrder:
    """What a merchant takes; amount in minor units. `final`: the rest is released."""

    reference: str
    amount: int
    final: bool


def capture(*, payment: Payment, order: CaptureOrder) -> None:
    """Capture an authorized payment in full or in part; raises Refused, then nothing has changed.

    Runs inside the caller's transaction, whose rollback undoes what was refused.
    """
    if not grip(payment=payment) or _is_over(payment):
        raise conflict("payment_not_authorized", "No money is held for this payment.")
    _refuse_what_cannot_be(payment, order)
    made = _written(payment, order)
    payment.captured += made.amount
    if order.final:
        payment.released += payment.left
    if not payment.left:
        payment.status = PaymentStatus.CAPTURED
    payment.save(update_fields=["captured", "released", "status"])
    kind, name = MovementKind.CAPTURE, made.public_id
    entry = Entry(kind, name, made.amount, payment.reference, priced=True)
    enter(payment=payment, entry=entry)
    if payment.captured == made.amount:
        expect_dispute(payment=payment)
    announce(kind="payment.captured", payment=payment)


def _is_over(payment: Payment) -> bool:
    # The clockwork may be late after a crash; no money is taken on that ground.
    return payment.capture_before is None or payment.capture_before <= timezone.now()


def _refuse_what_cannot_be(payment: Payment, order: CaptureOrder) -> None:
    unprocessable = HTTPStatus.UNPROCESSABLE_ENTITY
    if order.amount > payment.left:
        message = f"Only {payment.left} of this payment can still be captured."
        raise Refused(Problem(unprocessable, "amount_too_large", message, "amount"))
    if payment.plays.holds is Holds.REFUSE_CAPTURE:
        message = "The bank of the card refuses this capture."
        raise Refused(Problem(unprocessable, "capture_refused", message))


def _written(payment: Payment, order: CaptureOrder) -> Capture:
    made = Capture(
        public_id=new_id("cap"),
        merchant_id=payment.merchant_id,
        payment=payment,
        reference=order.reference,
        amount=payment.plays.captures(order.amount),
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        message = "A capture with this reference exists."
        raise conflict("reference_taken", message, "reference") from None
    return made
