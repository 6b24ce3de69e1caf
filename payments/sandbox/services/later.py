"""Putting on the book what the bank will do by itself."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from payments.sandbox.models import Act, Later, Payment, Refund
from payments.sandbox.webhooks.bell import Bell

ALARM = Bell()
"""Rung when something is due soon; the clockwork looks at the book by itself every so often."""
SOON = timedelta(seconds=30)


def plan(*, act: Act, payment: Payment, due_at: datetime, refund: Refund | None = None) -> None:
    """Write what is due at a moment, in the transaction of what it follows from."""
    Later.objects.create(act=act, payment=payment, refund=refund, due_at=due_at)
    if due_at < timezone.now() + SOON:
        transaction.on_commit(ALARM.ring)
