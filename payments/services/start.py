"""Sending an attempt to its provider, after its rows are committed."""

from __future__ import annotations

import logging
from functools import partial

from django.urls import reverse

from orders.clock import now
from payments.conf import payment_settings
from payments.errors import PaymentError
from payments.models import Attempt
from payments.providers.base import CreateRequest, Failure, Outcome, Status
from payments.providers.bill import Item
from payments.providers.errors import ProviderError, ProviderRejected
from payments.registry import account_by_id, provider_for
from payments.services.apply import apply_outcome
from payments.services.calls import call_provider
from payments.states import AttemptStatus

logger = logging.getLogger("till.payments")


def submit_attempt(attempt: Attempt) -> Attempt:
    """Create the payment at the provider and book the answer; call it with no transaction open.

    Only who opened the attempt calls this, so that nobody else's failed call can end it, and
    only once: a sender that slept until the attempt was given up sends nothing any more. What
    became of a sender that died is found by asking.
    """
    unsent = Attempt.objects.filter(
        pk=attempt.pk, status=AttemptStatus.SUBMITTING, sent_at__isnull=True
    )
    if not unsent.update(sent_at=now()):
        attempt.refresh_from_db()
        return attempt
    attempt.account = account_by_id(attempt.account_id)
    outcome = _create(attempt)
    if outcome.status == Status.UNKNOWN:
        # A bank that has just been waited for is not asked while the shopper's next page loads.
        Attempt.objects.filter(pk=attempt.pk).update(asked_at=now())
    return apply_outcome(attempt_id=attempt.pk, outcome=outcome, source="create")


def _create(attempt: Attempt) -> Outcome:
    """The answer, or what its absence means: declined only where nothing can have happened."""
    try:
        create = partial(provider_for(attempt.account).create, _request(attempt))
        return call_provider("create", create, attempt=attempt, key=attempt.key)
    except ProviderRejected as error:
        return Outcome(status=Status.DECLINED, error=error.failure, inferred=True)
    except ProviderError as error:
        if error.sent:
            return Outcome(status=Status.UNKNOWN)
        logger.warning("%s is not sent: %s", attempt.our_ref, error)
        why = Failure("provider_down", str(error)[:80])
    except PaymentError as error:
        logger.error("account %s cannot be used: %s", attempt.account.code, error)  # noqa: TRY400  # its sentence says it all
        why = Failure("provider_down")
    return Outcome(status=Status.DECLINED, error=why, inferred=True)


def _request(attempt: Attempt) -> CreateRequest:
    site, token = payment_settings().base_url, attempt.payment.token
    return CreateRequest(
        our_ref=attempt.our_ref,
        amount=attempt.money(attempt.amount),
        key=attempt.key,
        method=attempt.method,
        description=attempt.payment.order.number,
        return_url=site + reverse("payments:return", args=[token]),
        cancel_url=site + reverse("payments:pay", args=[token]) + "?another",
        saved_method=attempt.saved_method.provider_id if attempt.saved_method else "",
        save_method=attempt.save_method,
        hold=attempt.hold,
        items=_items(attempt),
        language=attempt.payment.order.language,
        email=attempt.payment.order.email,
        embedded=attempt.embedded,
    )


def _items(attempt: Attempt) -> tuple[Item, ...]:
    """The order's lines, where the attempt is over all of it; a rest has none of its own."""
    order = attempt.payment.order
    if attempt.amount != order.total_amount:
        return ()
    return tuple(Item(line.name, line.unit_amount, line.quantity) for line in order.lines.all())
