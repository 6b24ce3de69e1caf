"""Webhooks posted to the door, as the sandbox bank or somebody else would."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

from orders.clock import now
from payments.models import Attempt, ProviderAccount
from tests.payments.wire import a_captured_body, signed


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
