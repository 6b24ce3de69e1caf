"""A broker that says nothing: the sale goes through, nobody waits for long, the sweep covers."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from celery import Celery, current_app
from celery.app import app_or_default
from django.test import Client
from pytest_django import Settings

from orders import wake as door
from orders.clock import now
from orders.emails import send_due_mail
from orders.models import Mail
from orders.wake import wake
from payments.models import Attempt, Payment
from payments.monitoring import broker as monitoring
from payments.monitoring.probe import Probe
from payments.queues import ANSWER_SECONDS, CONNECT_SECONDS, QUEUES, task_queues, transport_options
from payments.services.inbox import drain_inbox
from payments.states import PaymentStatus
from tests.config.waiting import until
from tests.factories import a_product, an_account
from tests.payments.wire import a_captured_body, signed
from tests.shop.cast import NOBODY_LISTENS, check_out, put_in_cart
from tests.workers.brokers import Broker
from tests.workers.relay import Relay, a_relay

pytestmark = pytest.mark.django_db(transaction=True)
TASK = "orders.send_mail"
PATIENCE = 3 * ANSWER_SECONDS + 2.0
"""Seconds that one page may wait: for RabbitMQ to confirm, to close the channel, to hang up."""


@pytest.fixture(autouse=True)
def _circuit_of_no_other_test(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setattr(door, "_paused_until", 0.0)
    # A wake-up that another test has on its way would stand for ours.
    settings.ORDERS = {**settings.ORDERS, "shared_cache": ""}


@pytest.fixture
def relay(broker: Broker) -> Iterator[Relay]:
    with a_relay(broker.url) as relay, speaking_to(relay.url, broker.mark):
        yield relay


@contextmanager
def speaking_to(url: str, mark: str) -> Iterator[None]:
    """Let this process send its wake-ups there, with the settings of a site."""
    app = Celery("shop", broker=url, set_as_current=False)
    app.conf.update(
        broker_connection_timeout=CONNECT_SECONDS,
        broker_transport_options=transport_options(url),
        task_publish_retry=False,
        task_queues=task_queues(url, mark),
        task_routes={TASK: {"queue": f"{mark}mail"}},
        task_default_queue=f"{mark}{QUEUES[0]}",
    )
    before = app_or_default()
    app.set_current()
    try:
        yield
    finally:
        before.set_current()
        app.close()


def seconds_to_wake() -> float:
    began = time.monotonic()
    wake(TASK)
    return time.monotonic() - began


def is_open() -> bool:
    return door._paused_until > time.monotonic()


def test_a_sale_goes_through_while_the_broker_is_frozen(relay: Relay) -> None:
    account, client = an_account(base_url=NOBODY_LISTENS), Client()
    put_in_cart(client, a_product())
    relay.freeze()

    began = time.monotonic()
    assert check_out(client).status_code == 303
    attempt = Attempt.objects.get()
    body = json.dumps(a_captured_body(attempt)).encode()
    answer = client.post(
        f"/payments/hooks/{account.hook_token}/",
        body,
        content_type="application/json",
        headers=signed(body, secret="whsec", at=now().timestamp()),
    )

    assert (answer.status_code, time.monotonic() - began < PATIENCE) == (200, True)
    drain_inbox()
    assert Payment.objects.get().status == PaymentStatus.PAID
    send_due_mail()
    assert Mail.objects.get().sent_at


def test_a_connection_that_freezes_later_is_not_waited_for(relay: Relay) -> None:
    wake(TASK)
    assert not is_open()
    relay.freeze()

    assert seconds_to_wake() < PATIENCE
    assert is_open()


def test_while_the_circuit_is_open_nobody_waits(relay: Relay) -> None:
    relay.freeze()
    wake(TASK)

    assert door._paused_until - time.monotonic() > door.PAUSE_SECONDS - 1
    assert max(seconds_to_wake() for _ in range(50)) < 0.5


def test_when_the_broker_is_back_wake_ups_go_again(
    relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    relay.freeze()
    wake(TASK)
    assert is_open()
    relay.thaw()

    monkeypatch.setattr(door, "_paused_until", 0.0)
    wake(TASK)

    assert not is_open()


def test_the_broker_is_asked_how_long_a_queue_is(
    relay: Relay, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(monitoring, "BROKER", Probe(monitoring.ask))
    mail = f"{broker.mark}mail"
    for _ in range(3):
        current_app.send_task(TASK, ignore_result=True)

    assert until(lambda: monitoring.queue_lengths([mail]) == {mail: 3}, seconds=20)


def test_how_long_a_queue_is_stays_unknown_while_the_broker_is_frozen(
    relay: Relay, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(monitoring, "BROKER", Probe(monitoring.ask))
    relay.freeze()

    assert monitoring.queue_lengths(["mail"]) == {"mail": None}
