"""Refused webhooks are counted by account and reason, and a flood of them costs next to nothing."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.test import RequestFactory
from pytest_django import DjangoAssertNumQueries

from orders.clock import now
from payments.conf import WEBHOOK_BYTES
from payments.models import Attempt, InboxEvent, Refusal
from payments.providers.base import Refused
from payments.services import refusals
from payments.views.hooks import hook
from tests.factories import an_attempt
from tests.payments.sending import a_body, path_of, send
from tests.payments.wire import a_captured_body, signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def attempt() -> Attempt:
    return an_attempt()


def counted() -> dict[str, int]:
    return dict(Refusal.objects.values_list("reason", "count"))


WRONG: dict[Refused, tuple[dict[str, Any], dict[str, Any]]] = {
    Refused.SIGNATURE: ({}, {"secret": "forged"}),
    Refused.STALE: ({}, {"at": 1_600_000_000}),
    Refused.ACCOUNT: ({"merchant_id": "mer_other"}, {}),
    Refused.MODE: ({"mode": "live"}, {}),
    Refused.MALFORMED: ({"data": None}, {}),
    Refused.TOO_LARGE: ({"padding": "x" * WEBHOOK_BYTES}, {}),
}
"""What is told and how it is sent, for each reason."""


@pytest.mark.parametrize("reason", Refused)
def test_a_refusal_is_counted_by_its_reason(attempt: Attempt, reason: Refused) -> None:
    told, given = WRONG[reason]

    send(attempt, a_body(attempt, **told), **given)

    assert counted() == {reason: 1}
    assert InboxEvent.objects.exists() == (reason == Refused.MALFORMED)


def test_what_is_let_in_is_not_counted(attempt: Attempt) -> None:
    send(attempt, a_body(attempt))

    assert counted() == {}


def test_a_flood_is_counted_in_one_row_and_hardly_writes(
    attempt: Attempt,
    django_assert_num_queries: DjangoAssertNumQueries,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    body = a_body(attempt)
    send(attempt, body, secret="forged")

    with django_assert_num_queries(0):
        for _ in range(20):
            send(attempt, body, secret="forged")
    monkeypatch.setattr(refusals, "_written_at", 0.0)  # a second later
    send(attempt, body, secret="forged")

    assert counted() == {Refused.SIGNATURE: 22}
    assert Refusal.objects.count() == 1


def chunked(attempt: Attempt, body: bytes) -> Any:
    """A request without a length, as a server hands it on that has put its chunks together."""
    headers = signed(body, secret="whsec", at=now().timestamp())
    request = RequestFactory().post(path_of(attempt.account), headers=headers)
    del request.META["CONTENT_LENGTH"]
    request.META |= {"wsgi.input": io.BytesIO(body), "wsgi.input_terminated": True}
    return hook(request, attempt.account.hook_token)


def test_a_body_without_a_length_is_taken(attempt: Attempt) -> None:
    assert chunked(attempt, a_body(attempt)).status_code == 200


def test_a_body_without_a_length_is_read_no_further_than_the_cap(attempt: Attempt) -> None:
    stream = io.BytesIO(b"x" * 3 * WEBHOOK_BYTES)
    request = RequestFactory().post(path_of(attempt.account))
    del request.META["CONTENT_LENGTH"]
    request.META |= {"wsgi.input": stream, "wsgi.input_terminated": True}

    assert hook(request, attempt.account.hook_token).status_code == 413
    assert stream.tell() == WEBHOOK_BYTES + 1


def test_a_length_over_the_cap_is_refused_unread(attempt: Attempt) -> None:
    request = RequestFactory().post(path_of(attempt.account), CONTENT_LENGTH=str(WEBHOOK_BYTES + 1))

    assert hook(request, attempt.account.hook_token).status_code == 413


class CutOff(io.BytesIO):
    """The body of a client that went away."""

    def read(self, *_: int | None) -> bytes:
        raise ConnectionResetError


@pytest.mark.parametrize("length", ["", "100"], ids=["chunks", "length"])
def test_a_client_that_goes_away_is_not_answered_with_an_error(
    attempt: Attempt, length: str
) -> None:
    request = RequestFactory().post(path_of(attempt.account), CONTENT_LENGTH=length)
    request.META |= {"wsgi.input": CutOff(), "wsgi.input_terminated": True}
    request._stream = CutOff()  # what WSGIRequest reads from

    assert hook(request, attempt.account.hook_token).status_code == 400


@pytest.mark.parametrize("length", ["-1", "x", "1e3"])
def test_a_length_that_is_none_is_refused(attempt: Attempt, length: str) -> None:
    request = RequestFactory().post(path_of(attempt.account), CONTENT_LENGTH=length)

    assert hook(request, attempt.account.hook_token).status_code == 413


def test_a_body_shorter_than_its_length_is_not_believed(attempt: Attempt) -> None:
    body = json.dumps(a_captured_body(attempt)).encode()
    headers = signed(body, secret="whsec", at=now().timestamp())
    request = RequestFactory().post(
        path_of(attempt.account),
        body[:-5],
        content_type="application/json",
        headers=headers,
    )
    request.META["CONTENT_LENGTH"] = str(len(body))

    assert hook(request, attempt.account.hook_token).status_code == 400
    assert not InboxEvent.objects.exists()
