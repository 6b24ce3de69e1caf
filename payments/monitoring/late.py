"""Settlement reports that should be here: the last one is days old, or one was refused."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from orders.clock import now
from payments.conf import payment_settings
from payments.models import Attempt, ProviderAccount, SettlementFile
from payments.models.account import Mode
from payments.models.settlement import FileKind, FileSource, FileState
from payments.registry import has_reports

LIMIT: Final = timedelta(days=3)
"""So old the last report may be: the day after it is over, and a weekend."""


def late_reports() -> dict[str, date | None]:
    """By the code of an account whose reports are fetched and late: of which day the last one is.

    None where none ever came, though it was paid by. One statement.
    """
    limit = now() - LIMIT
    came = Q(settlement_files__kind=FileKind.REPORT, settlement_files__state=FileState.LOADED)
    began = Attempt.objects.filter(account=OuterRef("pk"), created_at__lt=limit)
    accounts = ProviderAccount.objects.filter(active=True).annotate(
        last=Max("settlement_files__last_day", filter=came), began=Exists(began)
    )
    if not payment_settings().live:
        accounts = accounts.exclude(mode=Mode.LIVE)
    late = accounts.filter(Q(last__lt=limit.date()) | Q(last=None, began=True)).order_by("code")
    return {account.code: account.last for account in late if has_reports(account)}


def refused_reports() -> QuerySet[SettlementFile]:
    """Reports that were fetched and refused, of days that no other file has brought since."""
    here = SettlementFile.objects.filter(
        account=OuterRef("account"),
        state=FileState.LOADED,
        first_day__lte=OuterRef("first_day"),
        last_day__gte=OuterRef("last_day"),
    )
    refused = SettlementFile.objects.filter(source=FileSource.FETCHED, state=FileState.REFUSED)
    return refused.exclude(Exists(here))
