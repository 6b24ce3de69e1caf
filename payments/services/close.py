"""Closing an attempt that has not been paid, so that another can take its place."""

from __future__ import annotations

import logging
import math
from functools import partial

from django.db import transaction
from django.db.models.functions import Coalesce

from orders.clock import now
from payments.conf import payment_settings
from payments.errors import PaymentError
from payments.models import Attempt, Operation, ProviderObject
from payments.providers.base import Failure, ProviderRef
from payments.providers.deadline import within
from payments.providers.errors import ProviderError, ProviderRejected
from payments.registry import provider_for
from payments.services.apply import apply_outcome
from payments.services.ask import ask
from payments.services.calls import call_provider
from payments.services.lock import lock_attempt
from payments.services.owe_void import owe_void
from payments.states import UNSETTLED, OperationStatus

logger = logging.getLogger("till.payments")


def close_attempt(attempt_id: int, *, source: str, seconds: float = math.inf) -> Attempt:
    """Void at the provider, and ask where that is refused or unanswered; no transaction is open.

    Returns the attempt as it stands then: ended, paid after all, or still in flight, and in that
    case workers go on trying. A second call sends the same key again and changes nothing.
    `seconds`: how long the calls may take together, where somebody waits.
    """
    operation = _owe_void(attempt_id)
    with within(seconds):
        if operation and send_void(operation):
            attempt = Attempt.objects.get(pk=attempt_id)
            if not attempt.in_flight:
                return attempt
        return ask(attempt_id, source=source)


def _owe_void(attempt_id: int) -> Operation | None:
    """Commit the wish to close before anybody is called; None where it has ended by itself."""
    with transaction.atomic(durable=True):
        attempt, _siblings = lock_attempt(attempt_id)
        if not attempt.in_flight:
            return None
        operation = owe_void(attempt, due=now() + payment_settings().lease)
        attempt.save(update_fields=["closing_at"])
    return operation if operation.status in UNSETTLED else None


def send_void(operation: Operation) -> bool:
    """Send one void with its stored key and book the answer; False where there was none.

    A refusal is no answer either: what has become of the attempt is found by asking.
    """
    attempt = Attempt.objects.select_related("payment", "account").get(pk=operation.attempt_id)
    known = ProviderObject.objects.filter(attempt=attempt, kind="payment").first()
    if known is None:
        return False
    wanted = Operation.objects.filter(pk=operation.pk, status__in=UNSETTLED)
    if not wanted.update(
        status=OperationStatus.SUBMITTING, first_sent_at=Coalesce("first_sent_at", now())
    ):
        return False  # what it was to close has ended meanwhile, or is the order's
    try:
        void = partial(
            provider_for(attempt.account).void, ProviderRef(known.object_id), operation.key
        )
        outcome = call_provider(
            "void", void, attempt=attempt, operation=operation, key=operation.key
        )
    except ProviderRejected as error:
        _note(operation, error.failure)
        return False
    except (ProviderError, PaymentError) as error:
        logger.warning("%s is not closed: %s", attempt.our_ref, error)
        return False
    apply_outcome(attempt_id=attempt.pk, outcome=outcome, source="void")
    return True


def _note(operation: Operation, refusal: Failure) -> None:
    logger.warning("%s is refused: %s", operation.our_ref, refusal.raw or refusal.code)
    Operation.objects.filter(pk=operation.pk, status__in=UNSETTLED).update(
        error_code=refusal.code, error_raw=refusal.raw[:80]
    )
