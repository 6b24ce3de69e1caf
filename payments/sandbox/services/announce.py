"""Writing the event of a money fact, in the transaction of the fact."""

from django.db import transaction
from django.utils import timezone

from payments.sandbox.models import Event, Payment
from payments.sandbox.objects import MODE, encoded, moment, payment_object
from payments.sandbox.services.ids import new_id
from payments.sandbox.webhooks.bell import BELL


def announce(*, kind: str, payment: Payment, base_url: str) -> None:
    """Queue an event about `payment` as it stands now; it is sent once this is committed."""
    now = timezone.now()
    public_id = new_id("evt")
    merchant = payment.merchant
    body = {
        "id": public_id,
        "object": "event",
        "type": kind,
        "created": moment(now),
        "merchant_id": merchant.public_id,
        "mode": MODE,
        "data": payment_object(payment, base_url),
    }
    Event.objects.create(
        public_id=public_id,
        merchant=merchant,
        payment=payment,
        type=kind,
        body=encoded(body),
        created_at=now,
        # Without an address it waits for one: see change_webhook_url.
        next_try_at=now if merchant.webhook_url else None,
    )
    transaction.on_commit(BELL.ring)
