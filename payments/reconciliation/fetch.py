"""Reports that providers offer, day by day, as they get ready."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from orders.clock import now
from payments.conf import payment_settings
from payments.errors import PaymentError
from payments.models import Attempt, ProviderAccount
from payments.models.account import Mode
from payments.models.settlement import FileKind, FileState
from payments.providers.cause import Cause, because
from payments.providers.errors import NotFound, NotReady, ProviderError, ProviderRejected
from payments.providers.reports import Reports
from payments.reconciliation.importing import import_report, note_day
from payments.registry import provider_for

logger = logging.getLogger("till.reconciliation")
TASK: Final = "payments.fetch_reports"
MOST_DAYS: Final = 31
"""So many days are asked for in one go, should some have been missed."""


def fetch_reports() -> int:
    """Fetch what is ready for every account in use; how many files came.

    One account that fails holds up no other. A second call fetches nothing again.
    """
    fetched = 0
    for account in _in_use():
        try:
            provider = provider_for(account)
            if isinstance(provider, Reports):
                for _day in _fetch(account, provider):
                    fetched += 1
        except (ProviderError, PaymentError) as error:
            logger.warning("no report of %s: %s", account.code, error)
    return fetched


def _in_use() -> QuerySet[ProviderAccount]:
    here = ProviderAccount.objects.filter(active=True).order_by("pk")
    return here if payment_settings().live else here.exclude(mode=Mode.LIVE)


def _fetch(account: ProviderAccount, provider: Reports) -> Iterator[date]:
    """The days whose reports came, none before an older one that is still being made.

    What they will never give is noted, and holds up nothing.
    """
    waits = False
    for day in islice(_days_to_fetch(account), MOST_DAYS):
        try:
            report = provider.fetch_report(day)
        except NotReady as error:
            logger.info("no report of %s for %s yet: %s", account.code, day, error)
            waits = True  # and the days after it are asked for, so that they are made meanwhile
            continue
        except (NotFound, ProviderRejected) as error:
            note_day(account, day, FileState.REFUSED, why=_why(error, day))
            logger.warning("no report of %s for %s: %s", account.code, day, error)
            continue
        if report is None:
            note_day(account, day, FileState.LOADED)
            continue
        with report as body:
            if waits:
                continue
            file = import_report(account, body, day=day)
        logger.info("%s: report of %s is %s", account.code, day, file.state)
        yield day


def _why(error: NotFound | ProviderRejected, day: date) -> Cause:
    if isinstance(error, NotFound):
        return because("the provider knows of no report of %(day)s", day=day)
    return because("the provider gives no report of this day: %(why)s", why=error.failure)


def _days_to_fetch(account: ProviderAccount) -> Iterator[date]:
    """Days up to yesterday that no report is about, the oldest first.

    They begin with the first report, or the first payment where there is none. A day whose report
    was refused is not asked for again: a person has to look at it.
    """
    zone = ZoneInfo(account.report_zone)
    files = account.settlement_files.filter(state__in=(FileState.LOADED, FileState.REFUSED))
    named = files.filter(kind=FileKind.REPORT, first_day__isnull=False, last_day__isnull=False)
    spans = named.order_by().values_list("first_day", "last_day")
    here = {day for first, last in spans if first and last for day in _days(first, last)}
    begun = now()
    if not here:
        first_payment = Attempt.objects.filter(account=account).order_by("created_at").first()
        begun = first_payment.created_at if first_payment else begun
    first = min(here, default=begun.astimezone(zone).date())
    yesterday = now().astimezone(zone).date() - timedelta(days=1)
    yield from (day for day in _days(first, yesterday) if day not in here)


def _days(first: date, last: date) -> Iterator[date]:
    for count in range((last - first).days + 1):
        yield first + timedelta(days=count)
