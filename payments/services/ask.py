"""Asking the provider what became of an attempt."""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import partial

from django.db.models import Q

from orders.clock import now
from payments.conf import payment_settings
from payments.errors import PaymentError
from payments.models import Attempt, ProviderObject
from payments.models.payment import MISMATCH, NOT_SENT
from payments.providers.base import Failure, OurRef, Outcome, ProviderRef, Status
from payments.providers.deadline import within
from payments.providers.errors import NotFound, ProviderError
from payments.registry import provider_for
from payments.services.apply import apply_outcome
from payments.services.calls import call_provider
from payments.states import AttemptStatus

logger = logging.getLogger("till.payments")

ASK_AGAIN_AFTER = timedelta(seconds=3)
ANOTHER_VISIT = timedelta(minutes=1)
"""Longer than the page waits by itself, so that its own reloads are one visit."""
CHARGE_LASTS = timedelta(minutes=2)
"""So long a bank may be at a charge by a kept card after our call for it has given up."""


def ask_if_waiting(attempt: Attempt) -> Attempt:
    """Ask on behalf of a shopper who waits, at most once in three seconds per attempt.

    No question waits longer than that for its answer, so that a silent bank holds one thread for
    an attempt; workers have more patience.
    """
    at_it = not _was_sent_before(attempt, payment_settings().lease)
    being_sent = attempt.status == AttemptStatus.SUBMITTING and at_it
    if not attempt.in_flight or being_sent:
        return attempt
    if not claim_question(attempt.pk, every=ASK_AGAIN_AFTER):
        return attempt
    with within(ASK_AGAIN_AFTER.total_seconds()):
        return _ask(attempt, source="return")


def claim_question(attempt_id: int, *, every: timedelta) -> bool:
    """Whether this caller may ask about an attempt now, at most once in `every`.

    A moment still to come is that of a clock which ran ahead.
    """
    moment = now()
    lately = Q(asked_at__gt=moment - every, asked_at__lte=moment)
    return Attempt.objects.exclude(lately).filter(pk=attempt_id).update(asked_at=moment) > 0


def note_return(attempt: Attempt) -> None:
    """Keep the moment from which a shopper waits on the return page.

    A second call changes nothing; but who comes back a minute later begins to wait anew.
    """
    if attempt.returned_at and attempt.returned_at > now() - ANOTHER_VISIT:
        return
    attempt.returned_at = now()
    Attempt.objects.filter(pk=attempt.pk).update(returned_at=attempt.returned_at)


def note_led(attempt: Attempt) -> None:
    """Keep the moment at which the shopper is sent to where they pay; the first one stays."""
    attempt.led_at = now()
    Attempt.objects.filter(pk=attempt.pk, led_at=None).update(led_at=attempt.led_at)


def ask(attempt_id: int, *, source: str) -> Attempt:
    """Query one attempt and book the answer, or that there was none; with no transaction open."""
    attempt = Attempt.objects.select_related("payment__order", "account").get(pk=attempt_id)
    return _ask(attempt, source=source)


def hear(attempt_id: int, *, source: str) -> bool:
    """Query one attempt and book the answer; False where there was none that is about it."""
    attempt = Attempt.objects.select_related("payment__order", "account").get(pk=attempt_id)
    try:
        outcome = query(attempt)
    except (ProviderError, PaymentError) as error:
        logger.warning("no answer about %s: %s", attempt.our_ref, error)
        return False
    attempt = apply_outcome(attempt_id=attempt.pk, outcome=outcome, source=source)
    return attempt.error_code != MISMATCH


def _ask(attempt: Attempt, *, source: str) -> Attempt:
    try:
        outcome = query(attempt)
    except NotFound:
        outcome = _absent(attempt)
    except (ProviderError, PaymentError) as error:
        logger.warning("no answer about %s: %s", attempt.our_ref, error)
        outcome = Outcome(status=Status.UNKNOWN)
    return apply_outcome(attempt_id=attempt.pk, outcome=outcome, source=source)


def query(attempt: Attempt) -> Outcome:
    """What the provider says now; raises ProviderError or PaymentError where it says nothing."""
    known = ProviderObject.objects.filter(attempt=attempt, kind="payment").first()
    ref = ProviderRef(known.object_id) if known else our_ref(attempt)
    ask_provider = partial(provider_for(attempt.account).query, ref)
    return call_provider("query", ask_provider, attempt=attempt)


def our_ref(attempt: Attempt) -> OurRef:
    """By what a provider is asked about an attempt of which it has told us nothing."""
    return OurRef(attempt.our_ref, attempt.sent_at or attempt.created_at)


def _absent(attempt: Attempt) -> Outcome:
    """Nobody knows the reference: proof that it was never sent, once a slow call is ruled out.

    A page that comes late charges nobody, since nobody has its address; a late charge does.
    """
    lasts = CHARGE_LASTS if attempt.saved_method_id else payment_settings().lease
    proof = provider_for(attempt.account).capabilities.absence_is_proof
    if proof and _was_sent_before(attempt, lasts):
        return Outcome(status=Status.DECLINED, error=Failure(NOT_SENT), inferred=True)
    return Outcome(status=Status.UNKNOWN)


def _was_sent_before(attempt: Attempt, age: timedelta) -> bool:
    return (attempt.sent_at or attempt.created_at) <= now() - age
