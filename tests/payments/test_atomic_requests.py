"""Law 1 holds in a host with ATOMIC_REQUESTS too: no provider is called inside a transaction."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from django.db import connection
from django.test import Client

from orders.clock import now
from payments.models import Attempt, InboxEvent, Payment, ProviderAccount
from payments.providers.base import Redirect, Status
from payments.services.apply import apply_outcome
from tests.factories import a_product, an_account, an_attempt, an_order, seen
from tests.payments.wire import a_captured_body, signed
from tests.shop.cast import NOBODY_LISTENS, check_out, put_in_cart

pytestmark = pytest.mark.django_db(transaction=True)
CARD_PAGE = "http://127.0.0.1:9/pay/x/"


@pytest.fixture(autouse=True)
def _atomic_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)


@pytest.fixture
def account() -> ProviderAccount:
    return an_account(base_url=NOBODY_LISTENS)


@pytest.fixture
def unpaid(account: ProviderAccount) -> Payment:
    return Payment.objects.get(order=an_order())


@pytest.fixture
def inside(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """For each call out: whether a transaction was open."""
    noted: list[bool] = []
    send = httpx.HTTPTransport.handle_request

    def watched(wire: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        noted.append(connection.in_atomic_block)
        return send(wire, request)

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", watched)
    return noted


def test_the_checkout_calls_outside_of_any(
    client: Client, account: ProviderAccount, inside: list[bool]
) -> None:
    put_in_cart(client, a_product())

    assert check_out(client).status_code == 303
    assert inside == [False]


def test_paying_again_calls_outside_of_any(
    client: Client, unpaid: Payment, inside: list[bool]
) -> None:
    client.post(f"/payments/pay/{unpaid.token}/", {"method": "sandbox/card"})

    assert inside == [False]


@pytest.mark.parametrize("view", ["return", "status"])
def test_coming_back_asks_outside_of_any(unpaid: Payment, inside: list[bool], view: str) -> None:
    attempt = an_attempt(unpaid.order)
    sent = seen(attempt, Status.REQUIRES_ACTION, next_action=Redirect(CARD_PAGE))
    apply_outcome(attempt_id=attempt.pk, outcome=sent, source="create")

    Client().get(f"/payments/pay/{unpaid.token}/{view}/")

    assert inside == [False]


def in_transaction(attempt: Attempt, body: bytes) -> list[bool]:
    """For each statement while a webhook is taken: whether a transaction was open."""
    noted: list[bool] = []

    def note(execute: Any, *call: Any) -> Any:
        noted.append(connection.in_atomic_block)
        return execute(*call)

    headers = signed(body, secret="whsec", at=now().timestamp())
    path = f"/payments/hooks/{attempt.account.hook_token}/"
    with connection.execute_wrapper(note):
        Client().post(path, body, content_type="application/json", headers=headers)
    return noted


def test_a_webhook_is_taken_outside_of_any(unpaid: Payment, inside: list[bool]) -> None:
    attempt = an_attempt(unpaid.order)

    noted = in_transaction(attempt, json.dumps(a_captured_body(attempt)).encode())

    assert (noted[0], inside) == (False, [])
    assert InboxEvent.objects.count() == 1
