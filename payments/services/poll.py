"""Asking the provider what became of an attempt."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from django.db.models import F, Q

from orders.clock import now
from payments.conf import payment_settings
from payments.models import Attempt, ProviderObject
from payments.providers.base import (
    Failure,
    NotFound,
    OurRef,
    Outcome,
    ProviderError,
    ProviderRef,
    Status,
)
from payments.registry import provider_for
from payments.services.apply import apply_outcome
from payments.services.calls import call_provider
from payments.states import IN_FLIGHT

BATCH = 100
ASK_AGAIN_AFTER = timedelta(seconds=3)


def ask_if_waiting(attempt: Attempt) -> Attempt:
    """Ask on behalf of a shopper who waits, at most once in three seconds per attempt."""
    young = attempt.created_at > now() - payment_settings().lease
    if not attempt.in_flight or (young and not attempt.redirect_url):
        return attempt
    may_ask = Q(asked_at__isnull=True) | Q(asked_at__lte=now() - ASK_AGAIN_AFTER)
    if not Attempt.objects.filter(may_ask, pk=attempt.pk).update(asked_at=now()):
        return attempt
    return ask(attempt.pk, source="return")


def ask(attempt_id: int, *, source: str) -> Attempt:
    """Query one attempt and book the answer; call it with no transaction open."""
    attempt = Attempt.objects.select_related("payment__order", "account").get(pk=attempt_id)
    provider = provider_for(attempt.account)
    known = ProviderObject.objects.filter(attempt=attempt, kind="payment").first()
    ref = ProviderRef(known.object_id) if known else OurRef(attempt.our_ref)
    try:
        outcome = call_provider("query", partial(provider.query, ref), attempt=attempt)
    except NotFound:
        outcome = Outcome(status=Status.UNKNOWN)
        if provider.capabilities.absence_is_proof and known is None:
            outcome = Outcome(status=Status.DECLINED, error=Failure("not_sent"))
    except ProviderError:
        outcome = Outcome(status=Status.UNKNOWN)
    return apply_outcome(attempt_id=attempt.pk, outcome=outcome, source=source)


def ask_due() -> int:
    """Ask about up to a hundred attempts without an answer; returns how many were asked."""
    due = Attempt.objects.filter(next_poll_at__lte=now(), status__in=IN_FLIGHT)
    asked = 0
    for attempt in due.order_by("next_poll_at")[:BATCH]:
        if _claim(attempt):
            ask(attempt.pk, source="poll")
            asked += 1
    return asked


def _claim(attempt: Attempt) -> bool:
    taken = Attempt.objects.filter(pk=attempt.pk, next_poll_at=attempt.next_poll_at).update(
        next_poll_at=now() + payment_settings().lease, polls=F("polls") + 1, asked_at=now()
    )
    return taken == 1
