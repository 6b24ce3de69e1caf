"""Everything that follows from the files of one account, by one process at a time."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

from django.db.models import Q, Sum

from orders.clock import now
from payments.models import Match, ProviderAccount
from payments.models.settlement import FileState
from payments.reconciliation.bank import follow_payouts
from payments.reconciliation.fees import question_fees
from payments.reconciliation.match import match
from payments.reconciliation.payouts import sum_payouts
from payments.reconciliation.post_report import post_report

LEASE: Final = timedelta(minutes=30)
"""Whoever matches for longer than that has died."""


def reconcile(account: ProviderAccount) -> int | None:
    """Match, sum up and post; how much does not agree, None where another process is at it.

    A second call with the same books changes nothing.
    """
    with _claimed(account) as mine:
        if not mine:
            return None
        began = now()
        found = match(account)
        question_fees(account)
        sum_payouts(account)
        follow_payouts(account)
        post_report(account)
        files = account.settlement_files.filter(state=FileState.LOADED)
        lines = files.aggregate(sum=Sum("lines_read"))["sum"] or 0
        # What comes in from the beginning on may be in none of it, so it is new for the next one.
        Match.objects.filter(account=account).update(ended_at=began, lines=lines, found=found)
    return found


@contextmanager
def _claimed(account: ProviderAccount) -> Iterator[bool]:
    Match.objects.get_or_create(account=account)
    token, moment = secrets.token_urlsafe(16), now()
    free = Q(claimed_until=None) | Q(claimed_until__lt=moment)
    mine = Match.objects.filter(free, account=account)
    claimed = mine.update(claim=token, claimed_until=moment + LEASE) > 0
    try:
        yield claimed
    finally:
        Match.objects.filter(account=account, claim=token).update(claimed_until=None)
