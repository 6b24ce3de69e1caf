"""The one way out to a provider: never inside a transaction, always with a trace."""

from __future__ import annotations

import time
from collections.abc import Callable

from payments.models import Attempt, Operation, ProviderCall
from payments.models.records import CallResult
from payments.providers.base import (
    Failure,
    NotFound,
    Outcome,
    ProviderDown,
    ProviderRejected,
    Status,
)


def call_provider(
    verb: str,
    do: Callable[[], Outcome],
    *,
    attempt: Attempt,
    operation: Operation | None = None,
    key: str = "",
) -> Outcome:
    """Call out and record how it went. No usable answer is an outcome too, never an exception.

    Raises NotFound only, since what absence means depends on the provider.
    """
    started = time.monotonic()
    result, evidence = CallResult.OK, {}
    try:
        outcome = do()
    except NotFound:
        evidence = {"answer": "unknown reference"}
        raise
    except ProviderRejected as error:
        result, evidence = CallResult.TECHNICAL, {"code": error.failure.raw}
        return Outcome(status=Status.DECLINED, error=error.failure)
    except ProviderDown as error:
        result, evidence = CallResult.TIMEOUT, {"error": str(error)[:200]}
        if error.sent:
            return Outcome(status=Status.UNKNOWN)
        return Outcome(status=Status.DECLINED, error=Failure("provider_down"))
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
