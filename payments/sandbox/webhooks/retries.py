"""When an event that was not acknowledged is sent again."""

from datetime import datetime, timedelta

GIVES_UP_AFTER = timedelta(days=3)
PAUSES = (1, 2, 5, 10, 30, 60, 300, 900, 3600)


def next_try(*, created: datetime, tries: int, now: datetime) -> datetime | None:
    """Choose the moment to try again after `tries` failures, None when there is no point."""
    pause = PAUSES[min(tries, len(PAUSES)) - 1]
    at = now + timedelta(seconds=pause)
    return at if at <= created + GIVES_UP_AFTER else None
