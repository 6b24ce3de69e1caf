"""A live shop's database on a site that is not live: whatever runs there, nobody is called."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta

import httpx
import pytest
from django.contrib.auth import get_user_model
from django.core.checks import run_checks
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from config.celery import app
from orders.clock import now
from payments.errors import NoAccount
from payments.models import Attempt, InboxEvent, Operation, Payment, ProviderAccount
from payments.states import OperationStatus
from payments.tasks import poll_due
from tests.factories import a_payment, a_product, an_account, an_attempt, an_order, later
from tests.payments.refunding import a_refund
from tests.payments.services.cast import a_hold
from tests.payments.wire import a_captured_body, signed
from tests.shop.cast import NOBODY_LISTENS, put_in_cart

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def called(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every address that was called; nobody answers."""
    addresses: list[str] = []

    def note(_: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        addresses.append(str(request.url))
        raise httpx.ConnectError("nobody answers", request=request)

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", note)
    return addresses


@pytest.fixture
def account() -> ProviderAccount:
    return an_account(base_url=NOBODY_LISTENS)


@pytest.fixture
def dump(account: ProviderAccount) -> Payment:
    """What was going on in the live shop when it was copied."""
    paid = a_payment()
    a_refund(paid, 1000, note="broken", request_key="form")
    for attempt in (an_attempt(an_order()), a_hold()):
        Attempt.objects.filter(pk=attempt.pk).update(next_poll_at=now())
    waiting = a_captured_body(an_attempt(an_order()))
    InboxEvent.objects.create(
        account=account, event_id="evt_1", kind="x", body=json.dumps(waiting).encode()
    )
    ProviderAccount.objects.update(mode="live")
    return paid


def every_task() -> Iterator[Callable[[], None]]:
    app.loader.import_default_modules()
    for name, task in sorted(app.tasks.items()):
        if not name.startswith("celery."):
            yield task


def test_no_task_calls_anybody(dump: Payment, called: list[str]) -> None:
    for days in (0, 1, 15):
        with later(timedelta(days=days)):
            run_all()

    assert called == []
    assert Operation.objects.get(kind="refund").status != OperationStatus.SUCCEEDED


def run_all() -> None:
    """As beat would: a task that ends with an error stops no other."""
    for task in every_task():
        with suppress(NoAccount):  # an event that waits is put back, with the reason
            task()


def test_where_the_account_is_a_test_one_the_same_work_calls(
    dump: Payment, called: list[str]
) -> None:
    ProviderAccount.objects.update(mode="test")

    poll_due()

    assert called


def test_a_shopper_is_not_offered_a_live_account(
    client: Client, dump: Payment, called: list[str]
) -> None:
    put_in_cart(client, a_product())

    page = client.get("/checkout/").content.decode()

    assert "sandbox/card" not in page
    assert called == []


def test_a_shopper_who_waits_causes_no_call(
    client: Client, dump: Payment, called: list[str]
) -> None:
    waiting = Payment.objects.exclude(pk=dump.pk).first()
    assert waiting

    for view in ("return", "status"):
        client.get(f"/payments/pay/{waiting.token}/{view}/")

    assert called == []


def test_a_webhook_of_a_live_account_is_not_taken(client: Client, account: ProviderAccount) -> None:
    body = json.dumps(a_captured_body(an_attempt())).encode()
    ProviderAccount.objects.update(mode="live")

    answer = client.post(
        f"/payments/hooks/{account.hook_token}/",
        body,
        content_type="application/json",
        headers=signed(body, secret="whsec", at=now().timestamp()),
    )

    assert (answer.status_code, InboxEvent.objects.count()) == (503, 0)


def test_migrating_a_copy_says_that_its_accounts_rest(account: ProviderAccount) -> None:
    ProviderAccount.objects.update(mode="live", base_url="https://bank.test")

    (caution,) = run_checks(databases=["default"])

    assert caution.id == "payments.W002"
    assert "since this site is not live: sandbox" in caution.msg


def test_a_live_site_is_told_nothing(account: ProviderAccount, settings: Settings) -> None:
    settings.PAYMENTS = {**settings.PAYMENTS, "live": True}
    ProviderAccount.objects.update(mode="live")

    assert "payments.W002" not in {found.id for found in run_checks(databases=["default"])}


def test_staff_see_that_a_live_account_is_not_used(
    client: Client, account: ProviderAccount
) -> None:
    ProviderAccount.objects.update(mode="live")
    client.force_login(get_user_model().objects.create_superuser("boss"))

    page = client.get("/admin/payments/provideraccount/").content.decode()

    assert "no: the account is live" in page


def test_the_status_command_names_it(account: ProviderAccount) -> None:
    ProviderAccount.objects.update(mode="live")
    out = io.StringIO()

    call_command("payments_status", stdout=out)

    assert 'not used here, since PAYMENTS["live"] is not True: sandbox' in out.getvalue()
