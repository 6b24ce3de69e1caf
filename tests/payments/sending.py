"""Webhooks posted to the door, as the sandbox bank or somebody else would."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

from orders.clock import now
from payments.models import Attempt, InboxEvent, ProviderAccount
from payments.providers.base import RawRequest
from payments.providers.sandbox.webhook import read_event
from payments.services.receive import receive
from payments.states import InboxState
from tests.payments.wire import a_captured_body, a_payment_body, signed


def send(attempt: Attempt, body: bytes, **given: Any) -> Any:
    """The answer of the door; signed now with the account's secret, unless told otherwise."""
    secret, at = given.get("secret", "whsec"), given.get("at", now().timestamp())
    return Client(enforce_csrf_checks=True).post(
        given.get("path", path_of(attempt.account)),
        body,
        content_type="application/json",
        headers=given.get("headers", signed(body, secret=secret, at=at)),
    )


def path_of(account: ProviderAccount, token: str = "") -> str:
    return f"/payments/hooks/{token or account.hook_token}/"


def a_body(attempt: Attempt, **given: Any) -> bytes:
    return json.dumps(a_captured_body(attempt) | given).encode()


def stored(attempt: Attempt, name: str = "", **payment: Any) -> InboxEvent:
    """An event of the attempt's capture, received and not worked off yet."""
    told = a_captured_body(attempt) | {"data": a_payment_body(attempt, **payment)}
    told |= {"id": name} if name else {}
    raw = RawRequest(json.dumps(told).encode(), {"content-type": "application/json"})
    receive(account=attempt.account, event=read_event(told), raw=raw)
    return InboxEvent.objects.get(account=attempt.account, event_id=told["id"])


def dead(attempt: Attempt, **changes: Any) -> InboxEvent:
    """The same event after it was given up."""
    event = InboxEvent.objects.filter(pk=stored(attempt).pk)
    event.update(**{"state": InboxState.DEAD, "next_run_at": None, "tries": 8} | changes)
    return event.get()
