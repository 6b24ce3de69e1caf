"""Opening a payment that a shopper will finish on the hosted page."""

import secrets
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from payments.sandbox.errors import conflict
from payments.sandbox.models import Merchant, Payment
from payments.sandbox.services.ids import new_id


@dataclass(frozen=True, slots=True)
class PaymentOrder:
    """What a merchant asks a shopper to pay; amount in minor units."""

    reference: str
    amount: int
    currency: str
    description: str
    return_url: str


def open_payment(*, merchant: Merchant, order: PaymentOrder) -> Payment:
    """Write a payment that waits for its shopper; raises Refused when the reference is taken."""
    now = timezone.now()
    payment = Payment(
        public_id=new_id("pay"),
        checkout_token=secrets.token_hex(16),
        merchant=merchant,
        reference=order.reference,
        amount=order.amount,
        currency=order.currency,
        description=order.description,
        return_url=order.return_url,
        created_at=now,
        updated_at=now,
    )
    try:
        with transaction.atomic():
            payment.save(force_insert=True)
    except IntegrityError:
        message = "A payment with this reference exists."
        raise conflict("reference_taken", message, "reference") from None
    return payment
