"""Moving a payment from one status to the next, and what its money brings with it."""

from collections.abc import Collection

from django.utils import timezone

from payments.sandbox.models import Act, Payment, PaymentStatus, SavedCard
from payments.sandbox.services.announce import announce
from payments.sandbox.services.dispute import expect_dispute
from payments.sandbox.services.enter import enter_captured
from payments.sandbox.services.ids import new_id
from payments.sandbox.services.later import plan

Facts = dict[str, object]
OPEN = (PaymentStatus.REQUIRES_ACTION,)


def claim(*, payment: Payment, since: Collection[PaymentStatus], facts: Facts) -> bool:
    """Write the facts if its status is still one of `since`, and read the payment as it stands.

    What was authorized once is never charged, nor closed, in this way again: see `grip`.
    """
    # The row count decides who changed it, however many try at once.
    waiting = Payment.objects.filter(pk=payment.pk, status__in=since, authorized=0)
    won = waiting.update(updated_at=timezone.now(), **facts) == 1
    payment.read_again()
    return won


def grip(*, payment: Payment) -> bool:
    """Keep others off an authorized payment until the commit, and read it as it stands."""
    held = Payment.objects.filter(pk=payment.pk, status=PaymentStatus.AUTHORIZED)
    won = held.update(updated_at=timezone.now()) == 1
    payment.read_again()
    return won


def move(*, payment: Payment, since: Collection[PaymentStatus], facts: Facts) -> bool:
    """Claim the payment and tell its merchant. False when somebody else was first."""
    if not claim(payment=payment, since=since, facts=facts):
        return False
    if payment.authorized:
        _authorized(payment)
    announce(kind=f"payment.{payment.status}", payment=payment)
    return True


def _authorized(payment: Payment) -> None:
    if payment.save_card and payment.card_last4:
        payment.saved_card = SavedCard.objects.create(
            public_id=new_id("card"),
            merchant_id=payment.merchant_id,
            token=payment.instrument,
            brand=payment.card_brand,
            last4=payment.card_last4,
        )
        payment.save(update_fields=["saved_card"])
    if payment.is_held and payment.capture_before is not None:
        plan(act=Act.LAPSE, payment=payment, due_at=payment.capture_before)
    if payment.captured:
        enter_captured(payment=payment)
        expect_dispute(payment=payment)
