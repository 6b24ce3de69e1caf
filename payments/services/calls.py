"""The one way out to a provider: never inside a transaction, always with a trace."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.db import connection

from payments.models import Attempt, Operation, ProviderCall
from payments.models.records import CallResult, ReviewKind
from payments.providers.base import Outcome, Status
from payments.providers.errors import (
    BadAnswer,
    NotFound,
    ProviderDown,
    ProviderError,
    ProviderRejected,
)
from payments.services.key_trouble import note_refused, note_taken, refused_for
from payments.services.reviews import open_review


def call_provider(
    verb: str,
    do: Callable[[], Outcome],
    *,
    attempt: Attempt,
    operation: Operation | None = None,
    key: str = "",
) -> Outcome:
    """Call out and record how it went; raises ProviderError as the adapter did.

    Refuses to run inside a transaction: what it is about must be committed before.
    """
    refuse_in_transaction(verb)
    started = time.monotonic()
    result, evidence = CallResult.TECHNICAL, {}  # of an error that nobody foresaw, too
    try:
        outcome = do()
    except ProviderError as error:
        if isinstance(error, ProviderDown) and error.sent:
            result = CallResult.TIMEOUT
        evidence = {"error": str(error)[:200], **refused_for(error)}
        _note_error(attempt, verb, error)
        raise
    else:
        declined = outcome.status == Status.DECLINED
        result = CallResult.DECLINED if declined else CallResult.OK
        evidence = dict(outcome.evidence)
        note_taken(attempt.account, verb)
        return outcome
    finally:
        ProviderCall.objects.create(
            account_id=attempt.account_id,
            attempt=attempt,
            operation=operation,
            verb=verb,
            key=key,
            result=result,
            milliseconds=int((time.monotonic() - started) * 1000),
            evidence=evidence,
        )


def _note_error(attempt: Attempt, verb: str, error: ProviderError) -> None:
    """Have an answer looked at that cannot be read, and keep what the error says of our key."""
    if isinstance(error, BadAnswer):
        kind, detail = ReviewKind.BAD_ANSWER, f"{verb}: {error}"
        open_review(kind, attempt.payment, subject=attempt.our_ref, detail=detail)
    if isinstance(error, (NotFound, ProviderRejected)):
        note_taken(attempt.account, verb)
    note_refused(attempt.account, verb, error)


def refuse_in_transaction(verb: str) -> None:
    """Raise RuntimeError where a transaction is open, in which no provider may be called."""
    # Django's own durable= asks the same of the innermost block.
    if any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks):
        raise RuntimeError(f"a provider must not be called ({verb}) inside a transaction")
