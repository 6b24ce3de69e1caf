"""Counting refused webhooks: exactly while they are few, by one statement a second in a flood."""

from __future__ import annotations

import time
from collections import Counter
from threading import Lock
from typing import Final

from django.db.models import F

from orders.clock import now
from payments.models import ProviderAccount, Refusal
from payments.providers.base import Refused

EVERY_SECONDS: Final = 1
_lock = Lock()
_uncounted: Counter[tuple[int, Refused]] = Counter()
_written_at = 0.0


def count_refusal(account: ProviderAccount, refused: Refused) -> None:
    """Note that a webhook of the account was refused.

    A process writes at most once a second; the end of a flood is written with the next refusal.
    """
    global _written_at  # noqa: PLW0603  # one count for all threads of the process
    with _lock:
        _uncounted[account.pk, refused] += 1
        if time.monotonic() < _written_at + EVERY_SECONDS:
            return
        _written_at = time.monotonic()
        counts = dict(_uncounted)
        _uncounted.clear()
    for (account_id, reason), count in counts.items():
        _add(account_id, reason, count)


def _add(account_id: int, reason: Refused, count: int) -> None:
    moment = now()
    today = Refusal.objects.filter(account_id=account_id, reason=reason, day=moment.date())
    if not today.update(count=F("count") + count, last_at=moment):
        first = Refusal(account_id=account_id, reason=reason, day=moment.date())
        Refusal.objects.bulk_create([first], ignore_conflicts=True)
        today.update(count=F("count") + count, last_at=moment)
