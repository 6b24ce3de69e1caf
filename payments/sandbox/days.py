"""The days of the bank's books: they begin and end in UTC."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from django.utils import timezone

ONE_DAY: Final = timedelta(days=1)
LAST_MOMENT: Final = timedelta(microseconds=1)


def today() -> date:
    return timezone.now().astimezone(UTC).date()


def beginning(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


def end(day: date) -> datetime:
    """The first moment after a day."""
    return beginning(day + ONE_DAY)


def within(day: date, at: datetime) -> datetime:
    """The moment of a day that is nearest to that one."""
    return max(beginning(day), min(at, end(day) - LAST_MOMENT))
