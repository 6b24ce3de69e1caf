"""A log tells nothing of a person, whatever an adapter stumbles over."""

from __future__ import annotations

import logging

import pytest
from pytest_django import Settings

from payments.providers.base import RawRequest, WebhookEvent
from payments.providers.sandbox.provider import SandboxProvider
from payments.tasks import drain_inbox
from tests.factories import an_attempt
from tests.payments.sending import a_body, send

pytestmark = pytest.mark.django_db(transaction=True)
WHO = "alice@example.com"


class Stumbling(SandboxProvider):
    """Quotes what it could not read, as int() and strptime() do."""

    def read_event(self, raw: RawRequest, event_id: str) -> WebhookEvent:  # noqa: ARG002  # as the port has it
        raise ValueError(f"invalid literal for int() with base 10: {WHO!r}")


def test_what_an_adapter_quotes_of_a_body_is_not_logged(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    attempt = an_attempt()
    send(attempt, a_body(attempt))
    settings.PAYMENTS = settings.PAYMENTS | {"providers": {"sandbox": f"{__name__}.Stumbling"}}

    with caplog.at_level(logging.INFO):
        drain_inbox.apply()

    assert caplog.records
    assert WHO not in caplog.text
