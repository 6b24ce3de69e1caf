"""How often an account is asked by itself, not for somebody who waits: a bucket of tokens each."""

from __future__ import annotations

from django.db import transaction

from orders.clock import now
from payments.conf import payment_settings
from payments.models import ProviderAccount

BURST_SECONDS = 10
"""So many seconds of the account's rate may be used at once after a quiet time."""


def room(account: ProviderAccount) -> float:
    """How many questions the account has room for: its bucket, filled since it was used last."""
    rate = payment_settings().polls_per_second
    full = max(1.0, rate * BURST_SECONDS)
    if account.poll_filled_at is None:
        return full
    passed = abs((now() - account.poll_filled_at).total_seconds())  # clocks are set back
    return min(full, account.poll_tokens + rate * passed)


def leave_room(account_id: int, tokens: float) -> None:
    """Note what is left in the bucket of a locked account."""
    ProviderAccount.objects.filter(pk=account_id).update(poll_tokens=tokens, poll_filled_at=now())


def take_token(account_id: int) -> bool:
    """Take one; False where there is none."""
    with transaction.atomic():
        account = ProviderAccount.objects.select_for_update(no_key=True).get(pk=account_id)
        tokens = room(account)
        if tokens >= 1:
            leave_room(account_id, tokens - 1)
    return tokens >= 1
