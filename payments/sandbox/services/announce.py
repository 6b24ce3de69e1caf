"""Writing the event of a money fact, in the transaction of the fact."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from payments.sandbox.models import Event, Merchant, Payment
from payments.sandbox.objects import encoded, moment, payment_object
from payments.sandbox.pace import paced
from payments.sandbox.scenarios import LATE, REORDER_GAP, Telling
from payments.sandbox.services.ids import new_id
from payments.sandbox.webhooks.bell import BELL

OVERTAKEN = "payment.processing"
COPIES = {Telling.NEVER: 0, Telling.THREE_TIMES: 3}


def announce(*, kind: str, payment: Payment) -> None:
    """Queue an event about `payment` as it stands now; it is sent once this is committed."""
    # Its merchant's row is kept until the commit: events are numbered in the order of the commits,
    # so that who reads them one after another misses none.
    merchant = Merchant.objects.select_for_update(no_key=True).get(pk=payment.merchant_id)
    now = timezone.now()
    public_id = new_id("evt")
    telling = payment.plays.telling
    copies = COPIES.get(telling, 1)
    body = {
        "id": public_id,
        "object": "event",
        "type": kind,
        "created": moment(now),
        "merchant_id": merchant.public_id,
        "mode": payment.mode,
        "data": payment_object(payment),
    }
    Event.objects.create(
        public_id=public_id,
        merchant=merchant,
        payment=payment,
        type=kind,
        body=encoded(body),
        copies=copies,
        created_at=now,
        # Without an address it waits for one: see change_webhook_url.
        next_try_at=now + _delay(telling, kind) if merchant.webhook_url and copies else None,
    )
    transaction.on_commit(BELL.ring)


def _delay(telling: Telling, kind: str) -> timedelta:
    if telling is Telling.LATE:
        return paced(LATE)
    if telling is Telling.REORDERED and kind == OVERTAKEN:
        return paced(REORDER_GAP)
    return timedelta(0)
