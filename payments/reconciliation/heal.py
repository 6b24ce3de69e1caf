"""What may be settled without a person: the provider is asked, and what it says is booked."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Final

from django.db.models import Q, QuerySet

from orders.clock import now
from payments.models import Discrepancy, ProviderAccount
from payments.models.discrepancy import DiscrepancyKind, DiscrepancyState
from payments.reconciliation.run import reconcile
from payments.services.ask import hear
from payments.states import EntryKind

logger = logging.getLogger("till.reconciliation")
ASK_AGAIN: Final = timedelta(hours=20)
"""Every night once, until it is settled or a person looks after it."""
SOME: Final = 200
"""Attempts that are asked about in one go; the next run takes the next."""


def heal(account: ProviderAccount) -> int:
    """Ask about captures that only they have, and about refunds that stand elsewhere with us.

    Only those of a known attempt or refund, that nobody looks after. What the provider says goes
    the one way of all money facts, so that a late webhook of the same changes nothing. Then the
    books are compared again. Returns how many attempts were asked about; no transaction is open.
    """
    rows = list(_to_ask(account)[:SOME])
    asked = list(dict.fromkeys(row.attempt_id for row in rows if row.attempt_id))
    for attempt_id in asked:
        of_attempt = [row.pk for row in rows if row.attempt_id == attempt_id]
        Discrepancy.objects.filter(pk__in=of_attempt).update(asked_at=now())
        hear(attempt_id, source="report")
    if asked:
        logger.info("%s: asked about %s attempts that a report tells of", account.code, len(asked))
        reconcile(account)
    return len(asked)


def _to_ask(account: ProviderAccount) -> QuerySet[Discrepancy]:
    missing = Q(kind=DiscrepancyKind.MISSING_IN_LEDGER, about=EntryKind.CAPTURE)
    lagging = Q(kind=DiscrepancyKind.STATUS)
    unasked = Q(asked_at=None) | Q(asked_at__lt=now() - ASK_AGAIN)
    nobodys = Discrepancy.objects.filter(account=account, state=DiscrepancyState.OPEN)
    known = nobodys.filter(missing | lagging, unasked, attempt__isnull=False)
    return known.order_by("found_at", "pk")
