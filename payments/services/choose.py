"""Choosing how to pay, or another way than before."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from orders.clock import now
from payments.models import Attempt
from payments.registry import PaymentOption
from payments.services.close import close_attempt
from payments.services.open import TIME_TO_CLOSE, try_again
from payments.states import AttemptStatus

SILENCE: Final = timedelta(seconds=30)
"""After so long without an answer the same way may be tried anew."""


def choose_method(*, payment_id: int, option: PaymentOption) -> tuple[Attempt, bool]:
    """The attempt to go on with, and whether it is new, so that the caller submits it.

    Whoever chose the same way again goes on where they were. Another way closes the first
    attempt, for at most five seconds: until then it is that one, with `closing_at`; a bank that
    has said nothing by then is left behind at once. Raises NotPayable where money has come in
    meanwhile.
    """
    attempt, fresh = try_again(payment_id=payment_id, option=option)
    if fresh or _goes_on(attempt, option):
        return attempt, fresh
    close_attempt(attempt.pk, source="change", seconds=TIME_TO_CLOSE.total_seconds())
    return try_again(payment_id=payment_id, option=option)


def _goes_on(attempt: Attempt, option: PaymentOption) -> bool:
    """Whether the shopper can pay this way with the attempt there is."""
    if attempt.closing_at:
        return True
    chosen = (option.account_id, option.method, option.saved.pk if option.saved else None)
    same = (attempt.account_id, attempt.method, attempt.saved_method_id) == chosen
    same = same and attempt.embedded == option.embedded and attempt.save_method == option.save
    dead = attempt.status == AttemptStatus.UNKNOWN and attempt.created_at <= now() - SILENCE
    return same and not attempt.action_over and not dead
