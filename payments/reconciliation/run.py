"""Everything that follows from the files of one account, by one process at a time."""

from __future__ import annotations

import logging

from django.db.models import Sum

from orders.clock import now
from payments.models import Match, ProviderAccount
from payments.models.settlement import FileState
from payments.reconciliation.bank import find_payouts, follow_payouts
from payments.reconciliation.claim import LostRun, Run, claimed
from payments.reconciliation.fees import question_fees
from payments.reconciliation.match import match
from payments.reconciliation.payouts import explain_payouts, sum_payouts
from payments.reconciliation.post_report import post_report

logger = logging.getLogger("till.reconciliation")


def reconcile(account: ProviderAccount) -> int | None:
    """Match, sum up and post; how much does not agree, None where another process is at it.

    A second call with the same books changes nothing.
    """
    with claimed(account) as run:
        if run is None:
            return None
        try:
            return _reconcile(run)
        except LostRun:
            logger.warning("%s: another process compares these books now", account.code)
            return None


def _reconcile(run: Run) -> int:
    account, began = run.account, now()
    found = match(run)
    for step in (question_fees, sum_payouts, find_payouts, explain_payouts, follow_payouts):
        run.go_on()
        step(account)
    run.go_on()
    post_report(run)
    files = account.settlement_files.filter(state=FileState.LOADED)
    lines = files.aggregate(sum=Sum("lines_read"))["sum"] or 0
    # What comes in from the beginning on may be in none of it, so it is new for the next one.
    Match.objects.filter(account=account).update(ended_at=began, lines=lines, found=found)
    return found
