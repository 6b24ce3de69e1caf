"""Law 1 holds in a host with ATOMIC_REQUESTS too: no provider is called inside a transaction."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from celery import current_app
from django.core.cache import caches
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from orders import wake as door
from orders.clock import now
from orders.conf import order_settings
from payments.models import Attempt, InboxEvent, Operation, Payment, ProviderAccount
from payments.providers.actions import Redirect
from payments.providers.base import Status
from payments.services.apply import apply_outcome
from payments.services.start import submit_attempt
from tests.factories import a_payment, a_product, an_account, an_attempt, an_order, seen
from tests.payments.admin.cast import KEPT, REFUND, SEE_ORDERS, refund_url, staff
from tests.payments.refunding import a_reason, a_refund
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


def test_a_key_that_staff_type_is_asked_about_outside_of_any(
    admin_client: Client, inside: list[bool]
) -> None:
    account = an_account(code="stripe", provider="stripe", base_url=NOBODY_LISTENS)
    account.set_secrets({"secret_key": "sk_test_old"})
    account.save()
    url = reverse("admin:payments_provideraccount_change", args=[account.pk])

    page = admin_client.post(url, KEPT | {"secret_secret_key": "sk_test_new"})

    assert (page.status_code, inside) == (200, [False])


def at_the_bank(payment: Payment) -> None:
    """Let the shopper stand on the bank's page."""
    attempt = an_attempt(payment.order)
    sent = seen(attempt, Status.REQUIRES_ACTION, next_action=Redirect(CARD_PAGE))
    apply_outcome(attempt_id=attempt.pk, outcome=sent, source="create")


@pytest.mark.parametrize("view", ["return", "status"])
def test_coming_back_asks_outside_of_any(unpaid: Payment, inside: list[bool], view: str) -> None:
    at_the_bank(unpaid)

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


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """The wake-ups that were sent, and for each whether a transaction was open.

    None of those that a test before has left on its way counts.
    """
    if cache := order_settings().shared_cache:
        caches[cache].clear()
    sent: list[tuple[str, bool]] = []
    monkeypatch.setattr(door, "_paused_until", 0.0)
    monkeypatch.setattr(
        current_app, "send_task", lambda name, **_: sent.append((name, connection.in_atomic_block))
    )
    return sent


def test_staff_who_refund_call_nobody_and_wake_a_worker_after_the_commit(
    unpaid: Payment, inside: list[bool], woken: list[tuple[str, bool]]
) -> None:
    paid = a_payment()
    clerk, woken[:] = staff(SEE_ORDERS, REFUND), []
    reason = a_reason("damaged").code

    clerk.post(refund_url(paid.order), {"amount": "10", "reason": reason, "request_key": "k1"})

    assert (Operation.objects.get().status, inside) == ("requested", [])
    assert ("payments.submit_operations", False) in woken  # mail may be woken for already
    assert not any(in_a_transaction for _task, in_a_transaction in woken)


def test_staff_who_cancel_ask_outside_of_any(unpaid: Payment, inside: list[bool]) -> None:
    at_the_bank(unpaid)
    clerk = staff(SEE_ORDERS, "payments.cancel_payment")
    page = reverse("admin:orders_order_cancel", args=[unpaid.order_id])

    clerk.post(page, {"reason": "asked", "request_key": "k1"})

    assert inside
    assert not any(inside)


def test_a_page_that_breaks_takes_back_what_a_host_asked_for_in_it(
    unpaid: Payment, woken: list[tuple[str, bool]]
) -> None:
    paid = a_payment()
    woken.clear()

    with pytest.raises(ZeroDivisionError):
        ask_back_and_break(paid)

    assert (Operation.objects.count(), woken) == (0, [])
    paid.refresh_from_db()
    assert paid.refund_pending == 0


@transaction.atomic
def ask_back_and_break(paid: Payment) -> None:
    """A page of the host's own."""
    a_refund(paid, 1000, note="broken", request_key="k1")
    raise ZeroDivisionError


def test_a_host_that_sends_an_attempt_inside_its_transaction_is_refused(
    unpaid: Payment, inside: list[bool]
) -> None:
    attempt = an_attempt(unpaid.order)

    with pytest.raises(RuntimeError, match="transaction"), transaction.atomic():
        submit_attempt(attempt)

    assert inside == []
