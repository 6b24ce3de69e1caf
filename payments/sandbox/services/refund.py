"""Giving money back: never more than was captured and is not disputed."""

from dataclasses import dataclass
from http import HTTPStatus

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from payments.sandbox.errors import Problem, Refused, conflict
from payments.sandbox.models import Act, Payment, Refund, RefundStatus
from payments.sandbox.pace import paced
from payments.sandbox.scenarios import REFUND_TAKES, Refunds
from payments.sandbox.services.announce import announce
from payments.sandbox.services.enter import enter_refund, enter_reversed
from payments.sandbox.services.ids import new_id
from payments.sandbox.services.later import plan

FAILURE = "account_closed"
FIRST = {
    Refunds.PENDING: RefundStatus.PENDING,
    Refunds.PENDING_THEN_FAIL: RefundStatus.PENDING,
}
LAST = {
    Refunds.PENDING: RefundStatus.SUCCEEDED,
    Refunds.PENDING_THEN_FAIL: RefundStatus.FAILED,
    Refunds.FAIL_LATER: RefundStatus.FAILED,
}
TOTAL_OF = {RefundStatus.PENDING: "refunds_pending", RefundStatus.SUCCEEDED: "refunded"}


@dataclass(frozen=True, slots=True)
class RefundOrder:
    """What a merchant gives back; amount in minor units of the payment's currency."""

    reference: str
    amount: int
    reason: str


def refund(*, payment: Payment, order: RefundOrder) -> Refund:
    """Refund what was captured in full or in part; raises Refused, then nothing has changed.

    Runs inside the caller's transaction, whose rollback undoes a reservation that was refused.
    """
    status = FIRST.get(payment.plays.refunds, RefundStatus.SUCCEEDED)
    _take(payment, order.amount, TOTAL_OF[status])
    made = Refund(
        public_id=new_id("re"),
        merchant_id=payment.merchant_id,
        payment=payment,
        reference=order.reference,
        amount=order.amount,
        reason=order.reason,
        status=status,
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        message = "A refund with this reference exists."
        raise conflict("reference_taken", message, "reference") from None
    if status is RefundStatus.SUCCEEDED:
        enter_refund(payment=payment, refund=made)
    announce(kind=f"refund.{status}", payment=payment)
    if payment.plays.refunds in LAST:
        due_at = timezone.now() + paced(REFUND_TAKES)
        plan(act=Act.FINISH_REFUND, payment=payment, due_at=due_at, refund=made)
    return made


def finish_refund(*, payment: Payment, refund: Refund) -> bool:
    """Bring a refund to the end its payment says. A second call changes nothing.

    Runs inside the caller's transaction.
    """
    before, after = RefundStatus(refund.status), LAST[payment.plays.refunds]
    code = FAILURE if after is RefundStatus.FAILED else ""
    unfinished = Refund.objects.filter(pk=refund.pk, status=before)
    if before is after or not unfinished.update(status=after, failure_code=code):
        return False
    totals = {TOTAL_OF[before]: F(TOTAL_OF[before]) - refund.amount}
    if after in TOTAL_OF:
        totals[TOTAL_OF[after]] = F(TOTAL_OF[after]) + refund.amount
    Payment.objects.filter(pk=payment.pk).update(updated_at=timezone.now(), **totals)
    payment.read_again()
    if after is RefundStatus.SUCCEEDED:
        enter_refund(payment=payment, refund=refund)
    elif before is RefundStatus.SUCCEEDED:
        enter_reversed(payment=payment, refund=refund)
    announce(kind=f"refund.{after}", payment=payment)
    return True


def _take(payment: Payment, amount: int, total: str) -> None:
    enough = Payment.objects.filter(
        pk=payment.pk,
        captured__gte=F("refunded") + F("refunds_pending") + F("disputed") + amount,
    )
    now = timezone.now()
    taken = enough.update(updated_at=now, **{total: F(total) + amount})
    payment.read_again()
    if taken:
        return
    if not payment.captured:
        raise conflict("payment_not_captured", "The payment was not captured.")
    left = payment.captured - payment.refunded - payment.refunds_pending - payment.disputed
    message = f"Only {max(left, 0)} of this payment can still be refunded."
    raise Refused(Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "amount_too_large", message, "amount"))
