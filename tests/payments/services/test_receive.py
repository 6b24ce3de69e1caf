"""What is stored of a webhook at the door: one statement, one key for ever, no more than needed."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from payments.models import InboxEvent, ProviderAccount
from payments.providers.base import RawRequest, WebhookEvent
from payments.services.receive import (
    receive,
    receive_all,
    receive_deferred,
    receive_unreadable,
)
from payments.states import InboxState
from tests.factories import an_account

pytestmark = pytest.mark.django_db(transaction=True)
HEADERS = {"content-type": "application/json", "user-agent": "bank/1", "signed": "s", "date": "d"}
RAW = RawRequest(b"body", HEADERS)
KEPT = {"content-type": "application/json", "user-agent": "bank/1"}


@pytest.fixture
def account() -> ProviderAccount:
    return an_account()


def test_it_is_stored_in_one_statement(account: ProviderAccount) -> None:
    with CaptureQueriesContext(connection) as statements:
        receive(account=account, event=WebhookEvent("evt_1", "paid"), raw=RAW)

    assert len(statements) == 1


def test_events_of_one_body_keep_the_ids_that_they_have(account: ProviderAccount) -> None:
    receive_all(
        account=account,
        events=[WebhookEvent("evt_1", "paid"), WebhookEvent("evt_2", "refunded")],
        raw=RAW,
    )

    ids = InboxEvent.objects.order_by("pk").values_list("event_id", flat=True)
    assert list(ids) == ["evt_1", "evt_2"]


def test_one_without_an_id_is_known_by_its_body_alone(account: ProviderAccount) -> None:
    receive_all(account=account, events=[WebhookEvent("", "paid")], raw=RAW)
    receive(account=account, event=WebhookEvent("", "paid"), raw=RAW)

    assert InboxEvent.objects.get().event_id.count(":") == 1


def test_in_a_transaction_that_may_be_undone_it_is_not_acknowledged(
    account: ProviderAccount,
) -> None:
    with transaction.atomic(), pytest.raises(RuntimeError):
        receive(account=account, event=WebhookEvent("evt_1", "paid"), raw=RAW)

    assert not InboxEvent.objects.exists()


def test_it_is_kept_as_it_came(account: ProviderAccount) -> None:
    receive(account=account, event=WebhookEvent("evt_1", "paid"), raw=RAW)

    event = InboxEvent.objects.get()
    assert (event.account_id, event.event_id, event.kind) == (account.pk, "evt_1", "paid")
    assert (bytes(event.body), event.headers, event.deferred) == (b"body", KEPT, False)


def test_the_key_of_a_body_is_the_same_in_every_release(account: ProviderAccount) -> None:
    receive(account=account, event=WebhookEvent("", "paid"), raw=RAW)

    assert InboxEvent.objects.get().event_id == (
        "sha256:230d8358dc8e8890b4c58deeb62912ee2f20357ae92a5cc861b98e68fe31acb5"
    )


def test_two_events_of_one_body_without_an_id_are_two(account: ProviderAccount) -> None:
    pair = (WebhookEvent("", "authorized"), WebhookEvent("", "paid"))

    receive_all(account=account, events=pair, raw=RAW)
    receive_all(account=account, events=pair, raw=RAW)

    assert list(InboxEvent.objects.order_by("pk").values_list("kind", flat=True)) == [
        "authorized",
        "paid",
    ]


def test_the_key_of_a_request_is_the_same_in_every_release(account: ProviderAccount) -> None:
    receive_deferred(account=account, raw=RAW, needs=("signed", "date"))

    assert InboxEvent.objects.get().event_id == (
        "sha256:69f4bbad17c0001be1d08c1989b8eaa3729cb723531cd88289a180fc3d7bf9d7"
    )


def test_of_a_request_the_headers_that_are_verified_are_kept_too(account: ProviderAccount) -> None:
    receive_deferred(account=account, raw=RAW, needs=("signed", "missing"))

    event = InboxEvent.objects.get()
    assert event.headers == KEPT | {"signed": "s"}
    assert (event.account_id, event.kind, bytes(event.body)) == (account.pk, "deferred", b"body")
    assert (event.deferred, event.state) == (True, InboxState.RECEIVED)


def test_what_nobody_can_read_is_kept_for_a_person(account: ProviderAccount) -> None:
    receive_unreadable(account=account, raw=RAW, problem="x" * 300)

    event = InboxEvent.objects.get()
    assert (event.account_id, event.state, event.next_run_at) == (account.pk, InboxState.DEAD, None)
    assert (bytes(event.body), event.headers) == (b"body", KEPT)
    assert event.last_error == "x" * 200


def test_what_nobody_can_read_is_kept_once_for_each_body(account: ProviderAccount) -> None:
    for body in (b"one", b"two", b"two"):
        receive_unreadable(account=account, raw=RawRequest(body, HEADERS), problem="no JSON")

    assert InboxEvent.objects.count() == 2
