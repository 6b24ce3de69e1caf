"""Sending an attempt to its provider, after its rows are committed."""

from __future__ import annotations

from functools import partial

from django.urls import reverse
from django.utils.translation import get_language

from payments.conf import payment_settings
from payments.models import Attempt
from payments.providers.base import (
    CreateRequest,
    Failure,
    Outcome,
    Provider,
    ProviderError,
    ProviderRejected,
    Status,
)
from payments.registry import provider_for
from payments.services.apply import apply_outcome
from payments.services.calls import call_provider


def submit_attempt(attempt_id: int) -> Attempt:
    """Create the payment at the provider and apply the answer; call it with no transaction open.

    The key is the attempt's own, so a second call can only find the same payment again.
    """
    attempt = Attempt.objects.select_related("payment__order", "account").get(pk=attempt_id)
    payment = attempt.payment
    request = CreateRequest(
        our_ref=attempt.our_ref,
        amount=attempt.money(attempt.amount),
        key=attempt.key,
        method=attempt.method,
        description=payment.order.number,
        return_url=payment_settings().base_url + reverse("payments:return", args=[payment.token]),
        language=get_language() or "en",
    )
    provider = provider_for(attempt.account)
    outcome = _create(provider, request, attempt)
    return apply_outcome(attempt_id=attempt.pk, outcome=outcome, source="create")


def _create(provider: Provider, request: CreateRequest, attempt: Attempt) -> Outcome:
    """The answer, or what its absence means: declined only where nothing can have happened."""
    create = partial(provider.create, request)
    try:
        return call_provider("create", create, attempt=attempt, key=attempt.key)
    except ProviderRejected as error:
        return Outcome(status=Status.DECLINED, error=error.failure)
    except ProviderError as error:
        if error.sent:
            return Outcome(status=Status.UNKNOWN)
        return Outcome(status=Status.DECLINED, error=Failure("provider_down"))
