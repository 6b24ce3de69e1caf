"""Events that only say "ask me", and what is asked then."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from pytest_django import Settings

from payments.models import Attempt, InboxEvent
from payments.providers.base import RawRequest
from payments.providers.sandbox.webhook import read_event
from payments.services.receive import receive
from tests.factories import an_attempt, captured
from tests.payments.adapters import AskMe
from tests.payments.wire import a_captured_body


def an_attempt_to_ask_about(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Attempt:
    """Its provider says that it is captured, whenever it is asked."""
    providers = {"sandbox": "tests.payments.adapters.AskMe"}
    settings.PAYMENTS = {**settings.PAYMENTS, "providers": providers}
    attempt = an_attempt()
    monkeypatch.setattr(AskMe, "asked", [])
    monkeypatch.setattr(AskMe, "says", captured(attempt))
    return attempt


def tell(attempt: Attempt, *names: str) -> None:
    """Receive an event of each name, which says nothing but "ask me"."""
    for name in names:
        body = a_captured_body(attempt) | {"id": name}
        event = replace(read_event(body), outcome=None)
        raw = RawRequest(json.dumps(body).encode(), {})
        receive(account=attempt.account, event=event, raw=raw)


def states() -> list[str]:
    """Of all events, oldest first."""
    return list(InboxEvent.objects.order_by("pk").values_list("state", flat=True))
