"""What may be settled without a person: the provider is asked, and what it says is booked."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Final

from django.db.models import F, Q, QuerySet

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
"""Attempts that are asked about before the books are compared again."""
MOST_SILENT: Final = 5
"""After so many questions in a row without an answer nobody is asked any more this time."""


def heal(account: ProviderAccount) -> int:
    """Ask about captures that only they have, and about refunds that stand elsewhere with us.

    Only those of a known attempt or refund, that nobody looks after. What the provider says goes
    the one way of all money facts, so that a late webhook of the same changes nothing. Then the
    books are compared again. Returns how many attempts were asked about; no transaction is open.
    """
    asked = 0
    while some := _attempts(account):
        answered = _ask_about(account, some)
        asked += len(answered)
        logger.info("%s: asked about %s attempts that a report tells of", account.code, asked)
        reconcile(account)
        if len(answered) < len(some) or _silent(answered):
            break
    return asked


def _attempts(account: ProviderAccount) -> list[int]:
    """Those to ask about next; who got no answer the last time comes after who was not asked."""
    rows = _to_ask(account).order_by(F("asked_at").asc(nulls_first=True), "found_at", "pk")
    attempts = rows.values_list("attempt_id", flat=True)[:SOME]
    return list(dict.fromkeys(each for each in attempts if each))


def _ask_about(account: ProviderAccount, attempts: list[int]) -> list[bool]:
    """Whether each of them was answered, until it is silent for too long."""
    answered: list[bool] = []
    for attempt_id in attempts:
        _to_ask(account).filter(attempt=attempt_id).update(asked_at=now())
        answered.append(hear(attempt_id, source="report"))
        if _silent(answered):
            break
    return answered


def _silent(answered: list[bool]) -> bool:
    return len(answered) >= MOST_SILENT and not any(answered[-MOST_SILENT:])


def _to_ask(account: ProviderAccount) -> QuerySet[Discrepancy]:
    missing = Q(kind=DiscrepancyKind.MISSING_IN_LEDGER, about=EntryKind.CAPTURE)
    lagging = Q(kind=DiscrepancyKind.STATUS)
    unasked = Q(asked_at=None) | Q(asked_at__lt=now() - ASK_AGAIN)
    nobodys = Discrepancy.objects.filter(account=account, state=DiscrepancyState.OPEN)
    return nobodys.filter(missing | lagging, unasked, attempt__isnull=False)
