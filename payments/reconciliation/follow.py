"""The worker's part: read what waits, then compare wherever something is new."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db.models import F, Q, QuerySet

from orders.clock import now
from orders.sweep import each
from payments.models import ProviderAccount, SettlementFile
from payments.models.settlement import FileKind, FileState
from payments.reconciliation.heal import heal
from payments.reconciliation.importing import import_waiting
from payments.reconciliation.run import reconcile

NIGHTLY: Final = timedelta(hours=20)
"""Books without anything new are compared that often: what was only late may be missing now."""


def import_and_compare() -> int:
    """Read uploads and compare the books that have changed; how many files were read.

    A second call changes nothing. What a process that died has left is done by the next, and one
    account or file that fails holds up no other.
    """
    read = import_waiting()
    each(to_compare(), _compare)
    return read


def _compare(account: ProviderAccount) -> None:
    if reconcile(account) is not None:
        heal(account)


def to_compare() -> QuerySet[ProviderAccount]:
    """Accounts with reports whose books, or the bank's, have changed since they were compared."""
    new = Q(match=None) | Q(match__ended_at=None) | Q(match__ended_at__lt=now() - NIGHTLY)
    new |= Q(settlement_files__ended_at__gt=F("match__ended_at"))
    statements = SettlementFile.objects.filter(kind=FileKind.STATEMENT)
    ended = statements.exclude(ended_at=None).order_by("-ended_at").values_list("ended_at")[:1]
    if newest := ended.first():
        new |= Q(match__ended_at__lt=newest[0])
    known = Q(settlement_files__state__in=(FileState.LOADED, FileState.REPLACED))
    return ProviderAccount.objects.filter(known).filter(new).distinct().order_by("pk")
