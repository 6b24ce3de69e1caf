"""Moving a payment from one status to the next, and what a capture brings with it."""

from collections.abc import Collection

from django.utils import timezone

from payments.sandbox.models import Act, Payment, PaymentStatus, SavedCard
from payments.sandbox.pace import paced
from payments.sandbox.scenarios import DISPUTE_OPENS, Disputes
from payments.sandbox.services.announce import announce
from payments.sandbox.services.ids import new_id
from payments.sandbox.services.later import plan

Facts = dict[str, object]
OPEN = (PaymentStatus.REQUIRES_ACTION,)
CHANGES = (
    "status",
    "authorized",
    "captured",
    "released",
    "refunded",
    "refunds_pending",
    "disputed",
    "mode",
    "instrument",
    "scenario",
    "card_brand",
    "card_last4",
    "decline_code",
    "saved_card",
    "updated_at",
)


def claim(*, payment: Payment, since: Collection[PaymentStatus], facts: Facts) -> bool:
    """Write the facts if its status is still one of `since`, and read the payment as it stands."""
    # The row count decides who changed it, however many try at once.
    waiting = Payment.objects.filter(pk=payment.pk, status__in=since)
    won = waiting.update(updated_at=timezone.now(), **facts) == 1
    payment.refresh_from_db(fields=CHANGES)
    return won


def move(*, payment: Payment, since: Collection[PaymentStatus], facts: Facts) -> bool:
    """Claim the payment and tell its merchant. False when somebody else was first."""
    if not claim(payment=payment, since=since, facts=facts):
        return False
    if payment.status == PaymentStatus.CAPTURED:
        _captured(payment)
    announce(kind=f"payment.{payment.status}", payment=payment)
    return True


def _captured(payment: Payment) -> None:
    if payment.save_card and payment.card_last4:
        payment.saved_card = SavedCard.objects.create(
            public_id=new_id("card"),
            merchant_id=payment.merchant_id,
            token=payment.instrument,
            brand=payment.card_brand,
            last4=payment.card_last4,
        )
        payment.save(update_fields=["saved_card"])
    if payment.plays.disputes is not Disputes.NEVER:
        due_at = timezone.now() + paced(DISPUTE_OPENS)
        plan(act=Act.OPEN_DISPUTE, payment=payment, due_at=due_at)
