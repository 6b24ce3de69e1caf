"""The one way out to a provider: never inside a transaction, always with a trace."""

from __future__ import annotations

import time
from collections.abc import Callable

from payments.models import Attempt, Operation, ProviderCall
from payments.models.records import CallResult
from payments.providers.base import Outcome, ProviderDown, ProviderError, Status


def call_provider(
    verb: str,
    do: Callable[[], Outcome],
    *,
    attempt: Attempt,
    operation: Operation | None = None,
    key: str = "",
) -> Outcome:
    """Call out and record how it went; raises ProviderError as the adapter did."""
    started = time.monotonic()
    result, evidence = CallResult.OK, {}
    try:
        outcome = do()
    except ProviderDown as error:
        result, evidence = CallResult.TIMEOUT, {"error": str(error)[:200]}
        raise
    except ProviderError as error:
        result, evidence = CallResult.TECHNICAL, {"error": str(error)[:200]}
        raise
    else:
        if outcome.status == Status.DECLINED:
            result = CallResult.DECLINED
        evidence = dict(outcome.evidence)
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
