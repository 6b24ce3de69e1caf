"""The door for webhooks: what is let in, what is not, and that nothing is stored of the rest."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from payments.conf import WEBHOOK_BYTES
from payments.models import Attempt, InboxEvent, ProviderAccount
from payments.services.alert import alert_of_dead_events
from payments.services.replay import replay
from payments.states import InboxState
from tests.factories import an_attempt
from tests.payments.sending import a_body, send
from tests.payments.wire import a_captured_body, a_payment_body

pytestmark = pytest.mark.django_db


def test_a_signed_webhook_is_stored_and_acknowledged() -> None:
    attempt = an_attempt()

    answer = send(attempt, a_body(attempt))

    assert (answer.status_code, answer.content) == (200, b'{"received": true}')
    assert InboxEvent.objects.get().kind == "payment.captured"


def test_a_repeat_is_acknowledged_and_stored_once() -> None:
    attempt = an_attempt()
    send(attempt, a_body(attempt))

    assert send(attempt, a_body(attempt)).status_code == 200
    assert InboxEvent.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"secret": "forged"}, b"signature does not match"),
        ({"headers": {}}, b"signature missing or malformed"),
        ({"headers": {"Sandbox-Signature": "t=x,v1=y"}}, b"signature missing or malformed"),
        ({"headers": {"Sandbox-Signature": "t=1,v1=\u00e9"}}, b"signature missing or malformed"),
        ({"at": 1_600_000_000}, b"timestamp is stale"),
        ({"at": 4_000_000_000}, b"timestamp is stale"),
    ],
    ids=["forged", "unsigned", "malformed", "not ascii", "stale", "from the future"],
)
def test_what_is_not_signed_now_by_the_bank_is_refused(
    given: dict[str, Any], reason: bytes
) -> None:
    attempt = an_attempt()

    answer = send(attempt, a_body(attempt), **given)

    assert (answer.status_code, answer.content) == (400, reason)
    assert not InboxEvent.objects.exists()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"not json", b"malformed body: not JSON"),
        (b"[]", b"malformed body: event is not an object"),
        (b'{"id": "evt_1"}', b"malformed body: event.data is not an object"),
        (b"[" * 200_000, b"malformed body: not JSON"),
        (b"\xff\xfe", b"malformed body: not JSON"),
    ],
)
def test_a_signed_body_that_cannot_be_read_is_refused(body: bytes, reason: bytes) -> None:
    answer = send(an_attempt(), body)

    assert (answer.status_code, answer.content) == (400, reason)
    assert InboxEvent.objects.get().state == InboxState.DEAD


def test_a_signed_body_that_cannot_be_read_is_kept_once_for_a_person() -> None:
    attempt = an_attempt()
    for _ in range(2):
        send(attempt, b'{"id": "evt_1"}')
        alert_of_dead_events()

    event = InboxEvent.objects.get()
    assert (event.kind, bytes(event.body)) == ("unreadable", b'{"id": "evt_1"}')
    assert event.last_error == "malformed body: event.data is not an object"
    assert (event.next_run_at, event.alerted_at is None) == (None, False)


def test_where_no_secret_is_kept_what_is_signed_with_none_is_refused() -> None:
    attempt = an_attempt()
    attempt.account.set_secrets({"api_key": "key"})
    attempt.account.save()

    answer = send(attempt, a_body(attempt), secret="")

    assert (answer.status_code, answer.content) == (400, b"signature does not match")


def test_a_forged_body_that_cannot_be_read_is_not_kept() -> None:
    send(an_attempt(), b"not json", secret="forged")

    assert not InboxEvent.objects.exists()


def test_what_could_not_be_read_is_booked_by_a_replay_once_it_can() -> None:
    attempt = an_attempt()
    send(attempt, b'{"id": "evt_1"}')
    InboxEvent.objects.update(body=a_body(attempt))  # as an adapter reads it that was mended

    (replayed,) = replay(InboxEvent.objects.all())

    assert replayed.done
    assert Attempt.objects.get().captured == 6000


@pytest.mark.parametrize(
    "wrong",
    [
        {"captured": float("inf")},
        {"captured": 5999.99},
        {"captured": -1},
        {"captured": 10**30},
        {"captured": True},
        {"id": "x" * 81},
        pytest.param({"id": "pay\0"}, id="null byte"),
        {"id": None},
        {"status": "melted"},
        {"currency": "pounds"},
        {"refunds": [{"id": "re_1"}]},
    ],
    ids=str,
)
def test_a_signed_payment_with_a_senseless_field_is_refused(wrong: dict[str, Any]) -> None:
    attempt = an_attempt()
    body = json.dumps(a_captured_body(attempt) | {"data": a_payment_body(attempt, **wrong)})

    answer = send(attempt, body.encode())

    assert (answer.status_code, answer.content[:15]) == (400, b"malformed body:")
    assert InboxEvent.objects.get().state == InboxState.DEAD


def test_an_account_no_longer_offered_still_hears_of_what_was_paid() -> None:
    attempt = an_attempt()
    ProviderAccount.objects.update(active=False)

    assert send(attempt, a_body(attempt)).status_code == 200
    assert InboxEvent.objects.exists()


def test_an_account_whose_secrets_cannot_be_read_asks_to_send_again() -> None:
    attempt = an_attempt()
    attempt.account.sealed_secrets = "broken"
    attempt.account.save()

    assert send(attempt, a_body(attempt)).status_code == 503


@pytest.mark.parametrize(
    ("foreign", "reason"),
    [
        ({"merchant_id": "mer_other"}, b"it is about another merchant"),
        ({"mode": "live"}, b"it is not of the mode test"),
    ],
)
def test_another_merchant_or_mode_is_refused(foreign: dict[str, str], reason: bytes) -> None:
    attempt = an_attempt()

    answer = send(attempt, a_body(attempt, **foreign))

    assert (answer.status_code, answer.content) == (400, reason)
    assert not InboxEvent.objects.exists()


def test_a_body_over_the_cap_is_not_taken() -> None:
    attempt = an_attempt()

    answer = send(attempt, a_body(attempt, padding="x" * WEBHOOK_BYTES))

    assert answer.status_code == 413
    assert not InboxEvent.objects.exists()


def test_an_unknown_address_is_not_found() -> None:
    attempt = an_attempt()

    answer = send(attempt, a_body(attempt), path="/payments/hooks/AAAAAAAAAAAAAAAAAAAAAA/")

    assert answer.status_code == 404


def test_a_browser_cannot_read_the_door() -> None:
    assert Client().get("/payments/hooks/AAAAAAAAAAAAAAAAAAAAAA/").status_code == 405


def test_while_the_database_is_down_the_bank_is_asked_to_send_again() -> None:
    attempt = an_attempt()

    def refuse(*_statement: object) -> None:
        raise OperationalError

    body = a_body(attempt)
    with connection.execute_wrapper(refuse):
        answer = send(attempt, body)

    assert (answer.status_code, answer["Retry-After"]) == (503, "60")


def test_a_refused_webhook_leaves_no_body_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    attempt = an_attempt()

    send(attempt, a_body(attempt), secret="forged")

    assert "signature does not match" in caplog.text
    assert attempt.our_ref not in caplog.text
