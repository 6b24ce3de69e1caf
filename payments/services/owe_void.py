"""Owing the provider the closing of an attempt; a worker sends what nobody else does."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from orders.clock import now
from orders.wake import wake
from payments.models import Attempt, Operation
from payments.models.operation import SUBMIT_TASK, new_void_ref
from payments.providers.base import Outcome
from payments.states import OperationKind

AMOUNT_DIFFERS: Final = "amount_differs"
"""Error code of an attempt by which the provider would charge another amount than was asked."""


def owe_void(attempt: Attempt, *, due: datetime) -> Operation:
    """One for each attempt, for whoever asks; its row is locked, and the caller saves."""
    operation, _fresh = Operation.objects.get_or_create(
        request_key=f"void:{attempt.our_ref}",
        defaults={
            "attempt": attempt,
            "kind": OperationKind.VOID,
            "our_ref": new_void_ref(),
            "amount": attempt.amount,
            "next_run_at": due,
        },
    )
    attempt.closing_at = attempt.closing_at or now()
    return operation


def asks_otherwise(attempt: Attempt, outcome: Outcome) -> bool:
    """Whether the shopper would be asked for another amount than we ask for."""
    asked = outcome.amount if outcome.next_action else None
    return asked is not None and asked != attempt.money(attempt.amount)


def close_unshown(attempt: Attempt) -> None:
    """Owe the closing of what asks otherwise, in the same transaction: nobody is sent there."""
    attempt.error_code = AMOUNT_DIFFERS
    owe_void(attempt, due=now())
    wake(SUBMIT_TASK)
