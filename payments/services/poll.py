"""The sweep over attempts that are due to be asked about; its cost grows with what is due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import F

from orders.clock import now
from orders.sweep import each
from payments.conf import payment_settings
from payments.models import Attempt, ProviderAccount
from payments.registry import flow_of
from payments.schedule import case_of, time_to_close
from payments.services.ask import ask
from payments.services.close import close_attempt
from payments.services.rate import leave_room, room
from payments.states import AttemptStatus

BATCH = 20
TASK = "payments.poll_due"
PAUSE = timedelta(hours=1)
"""How long an attempt that broke the sweep is left alone."""


def poll_due() -> int:
    """Ask about up to twenty attempts whose time has come; returns how many were asked.

    One that raises is put off; see `each`.
    """
    claimed = claim_due()
    each(claimed, _look_at)
    return len(claimed)


def _look_at(attempt: Attempt) -> None:
    try:
        look_at(attempt)
    except Exception:  # whatever it is: the attempt is put off, and the error goes on
        Attempt.objects.filter(pk=attempt.pk).update(next_poll_at=now() + PAUSE)
        raise


def look_at(attempt: Attempt) -> None:
    """Ask what became of it, or close what the shopper can pay no more."""
    status = AttemptStatus(attempt.status)
    case = case_of(status, flow_of(attempt.account, attempt.method))
    over = attempt.action_over or time_to_close(case, attempt.polls)
    if over and status == AttemptStatus.REQUIRES_ACTION:
        close_attempt(attempt.pk, source="poll")
    else:
        ask(attempt.pk, source="poll")


def claim_due() -> list[Attempt]:
    """Take what is due for as long as the calls may last; from a dead worker it is due again then.

    No account is asked more often than its rate allows; what it has no room for stays due.
    """
    with transaction.atomic():
        accounts = ProviderAccount.objects.select_for_update(no_key=True).order_by("pk")
        tokens = {account.pk: room(account) for account in accounts}
        claimed = _take(tokens)
        Attempt.objects.filter(pk__in=[attempt.pk for attempt in claimed]).update(
            next_poll_at=now() + timedelta(seconds=BATCH * payment_settings().timeout_seconds),
            polls=F("polls") + 1,
            asked_at=now(),
        )
        for pk in {attempt.account_id for attempt in claimed}:
            leave_room(pk, tokens[pk])
    return claimed


def _take(tokens: dict[int, float]) -> list[Attempt]:
    """Lock what is due and still has a token, and take the tokens.

    What an account has no token for leaves its place to others.
    """
    taken: list[Attempt] = []
    while len(taken) < BATCH:
        found = _due(tokens, taken)
        for attempt in found:
            if tokens[attempt.account_id] >= 1:
                tokens[attempt.account_id] -= 1
                attempt.polls += 1
                taken.append(attempt)
        if all(attempt in taken for attempt in found):
            break
    return taken


def _due(tokens: dict[int, float], taken: Sequence[Attempt]) -> list[Attempt]:
    """What is due longest of accounts with a token, beside what was taken: a batch in all."""
    skip = connection.features.has_select_for_update_skip_locked
    due = Attempt.objects.filter(next_poll_at__lte=now())
    due = due.filter(account__in=[pk for pk, left in tokens.items() if left >= 1])
    due = due.exclude(pk__in=[attempt.pk for attempt in taken])
    due = due.select_for_update(of=("self",), skip_locked=skip, no_key=True)
    return list(due.select_related("account").order_by("next_poll_at")[: BATCH - len(taken)])
