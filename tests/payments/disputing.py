"""Disputes of the tests: told by a provider, and answered."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import django
from django.test import Client

from orders.clock import now
from payments.models import Dispute, Payment
from payments.providers.base import DisputeSeen, DisputeStatus
from payments.providers.evidence import EvidenceTexts
from payments.services.apply import apply_outcome
from payments.services.evidence import EvidenceDraft
from tests.factories import a_payment, captured

A_WEEK = timedelta(days=7)
MANAGERS = ["ann@example.com"] if django.VERSION >= (6,) else [("Ann", "ann@example.com")]


def told_of_dispute(
    payment: Payment, status: DisputeStatus = DisputeStatus.OPEN, due: datetime | None = None
) -> Dispute:
    """The dispute over all of a payment, as it stands once the provider has told this of it."""
    attempt = payment.attempts.get()
    name = f"dp_{payment.pk}"
    seen = DisputeSeen(name, attempt.money(attempt.amount), status, "fraudulent", due)
    told = captured(attempt, disputes=(seen,))
    apply_outcome(attempt_id=attempt.pk, outcome=told, source="test")
    return Dispute.objects.get(provider_id=name)


def a_dispute(payment: Payment | None = None, *, left: timedelta = A_WEEK) -> Dispute:
    """An open one, whose evidence is due in so long."""
    return told_of_dispute(payment or a_payment(), due=now() + left)


def a_draft(dispute: Dispute, **given: Any) -> EvidenceDraft:
    texts = EvidenceTexts(goods="1 x Teapot", statement="It was delivered.")
    values: dict[str, Any] = {
        "dispute_id": dispute.pk,
        "request_key": "k",
        "texts": texts,
        "sent_by": None,
    }
    return EvidenceDraft(**(values | given))


def press_twice(client: Client, url: str, body: dict[str, str]) -> Any:
    """Press what shows the evidence, and where that asks, what sends it; the last answer."""
    answer: Any = client.post(url, body)
    form = answer.context and answer.context.get("form")
    if not form or not form.question:
        return answer
    return client.post(url, {**body, "shown": form["shown"].value()})
