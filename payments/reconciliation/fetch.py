"""Reports that providers offer, day by day, as they get ready."""

from __future__ import annotations

import logging
from datetime import date, timedelta
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import Max

from orders.clock import now
from payments.errors import PaymentError
from payments.models import Attempt, ProviderAccount, SettlementFile
from payments.models.settlement import FileKind, FileState
from payments.providers.errors import ProviderError
from payments.providers.reports import Reports
from payments.reconciliation.importing import import_report
from payments.registry import provider_for

logger = logging.getLogger("till.reconciliation")
TASK: Final = "payments.fetch_reports"
MOST_DAYS: Final = 31
"""So many reports are fetched in one night, should some have been missed."""


def fetch_reports() -> int:
    """Fetch what is ready for every account in use; how many files came.

    One account that fails holds up no other. A second call fetches nothing again.
    """
    fetched = 0
    for account in ProviderAccount.objects.filter(active=True).order_by("pk"):
        try:
            provider = provider_for(account)
            if isinstance(provider, Reports):
                fetched += _fetch(account, provider)
        except (ProviderError, PaymentError) as error:
            logger.warning("no report of %s: %s", account.code, error)
    return fetched


def _fetch(account: ProviderAccount, provider: Reports) -> int:
    count = 0
    for day in islice(_days_to_fetch(account), MOST_DAYS):
        report = provider.fetch_report(day)
        if report is None:
            continue
        with report as body:
            file = import_report(account, body, day=day)
        count += 1
        logger.info("%s: report of %s is %s", account.code, day, file.state)
    return count


def _days_to_fetch(account: ProviderAccount) -> list[date]:
    """From the day after the last report, or of the first payment, to yesterday; the oldest first.

    A day whose report was refused is not asked for again: a person has to look at it.
    """
    zone = ZoneInfo(account.report_zone)
    files = SettlementFile.objects.filter(account=account, kind=FileKind.REPORT)
    known = files.exclude(state=FileState.REPLACED).aggregate(last=Max("last_day"))["last"]
    if known is None:
        first = Attempt.objects.filter(account=account).order_by("created_at").first()
        if first is None:
            return []
        known = first.created_at.astimezone(zone).date() - timedelta(days=1)
    today = now().astimezone(zone).date()
    return [known + timedelta(days=count) for count in range(1, (today - known).days)]


def missing_days(account: ProviderAccount) -> list[date]:
    """Days between the first and the last report that no report is about."""
    loaded = account.settlement_files.filter(state=FileState.LOADED).order_by("first_day")
    gaps: list[date] = []
    until: date | None = None
    for first, last in loaded.values_list("first_day", "last_day"):
        if first is None or last is None:
            continue
        if until is not None:
            gaps += [until + timedelta(days=count) for count in range(1, (first - until).days)]
        until = max(until or last, last)
    return gaps
