"""A day as the reports of an account count it: between two midnights of its own zone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from payments.models import ProviderAccount

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Side:
    """One account in one currency, such as "sandbox.GBP": the pair of books that is compared."""

    account: ProviderAccount
    currency: str

    def __str__(self) -> str:
        return f"{self.account.code}.{self.currency}"

    @property
    def zone(self) -> ZoneInfo:
        return zone_of(self.account)


def zone_of(account: ProviderAccount) -> ZoneInfo:
    """The zone of its reports; UTC where its name is none."""
    try:
        return ZoneInfo(account.report_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def begin(day: date, zone: tzinfo) -> datetime:
    """The first moment of a day."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def end(day: date, zone: tzinfo) -> datetime:
    """The first moment that is no longer of the day."""
    return begin(day + DAY, zone)


def day_of(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()


def days(first: date, last: date) -> Iterator[date]:
    """Every day from the first to the last, both included."""
    for number in range((last - first).days + 1):
        yield first + DAY * number
