"""Every task of ours: found by its queue, started by beat, harmless when it runs twice."""

from __future__ import annotations

import inspect
import json
from typing import Any

import pytest
from celery import Task
from celery.schedules import crontab
from django.conf import settings
from django.db.models import Model

from config.celery import app
from config.stack import WORKER
from orders.models import Mail, Order
from payments.conf import PaymentSettings
from payments.models import Attempt, Entry, InboxEvent, Operation, Payment, Posting, Review
from payments.queues import (
    NIGHTLY,
    QUEUES,
    ROUTES,
    SWEEPS,
    task_queues,
    transport_options,
)
from payments.services import inbox
from tests.factories import an_account, an_attempt, an_order
from tests.payments.services.cast import a_hold
from tests.payments.wire import a_captured_body
from tests.shop.cast import NOBODY_LISTENS

app.loader.import_default_modules()
OURS = sorted(name for name in app.tasks if name.startswith(("orders.", "payments.", "shop.")))
MONEY: list[type[Model]] = [Order, Payment, Attempt, Operation, Entry, Posting, Mail, Review]


def task(name: str) -> Task[Any, Any]:
    return app.tasks[name]


def test_there_are_tasks_to_look_at() -> None:
    assert "payments.drain_inbox" in OURS


@pytest.mark.parametrize("name", OURS)
def test_a_task_takes_one_key_or_none(name: str) -> None:
    assert len(inspect.signature(task(name).run).parameters) <= 1


@pytest.mark.parametrize("name", OURS)
def test_a_task_goes_to_one_of_the_queues(name: str) -> None:
    assert ROUTES[name]["queue"] in QUEUES


@pytest.mark.parametrize("name", OURS)
def test_a_task_is_started_by_beat(name: str) -> None:
    assert name in {*SWEEPS, *NIGHTLY}


@pytest.mark.parametrize("name", OURS)
def test_the_message_of_a_killed_worker_comes_back_whatever_the_site_sets(name: str) -> None:
    kept = task(name)
    assert (kept.acks_late, kept.reject_on_worker_lost, kept.ignore_result) == (True, True, True)


def test_nothing_is_routed_or_started_that_is_not_there() -> None:
    assert set(ROUTES) == {*SWEEPS, *NIGHTLY} == set(OURS)


def test_the_demo_sweeps_each_half_minute_and_does_the_rest_at_night() -> None:
    plan = settings.CELERY_BEAT_SCHEDULE
    assert {name: plan[name]["schedule"] for name in SWEEPS} == SWEEPS
    assert SWEEPS["payments.drain_inbox"] == 30
    assert all(isinstance(plan[name]["schedule"], crontab) for name in NIGHTLY)


def test_a_worker_of_the_demo_listens_to_every_queue() -> None:
    assert f"--queues={','.join(QUEUES)}" in WORKER


@pytest.mark.parametrize("url", ["amqp://host//", "amqps://host//", "pyamqp://host//"])
def test_rabbitmq_keeps_messages_on_more_than_one_machine(url: str) -> None:
    queues = task_queues(url)
    assert queues is not None
    assert {queue.name for queue in queues} == set(QUEUES)
    assert all(queue.queue_arguments == {"x-queue-type": "quorum"} for queue in queues)
    assert transport_options(url)["confirm_publish"] is True


@pytest.mark.parametrize("url", ["redis://host/0", "rediss://host/0"])
def test_redis_gives_back_what_a_worker_took_along(url: str) -> None:
    options = transport_options(url)
    assert task_queues(url) is None
    assert options["visibility_timeout"] > inbox.BATCH * PaymentSettings().timeout_seconds
    assert (options["unacked_restore_interval"], options["unacked_restore_throttle"]) == (30, 1)


def rows() -> list[list[dict[str, Any]]]:
    return [list(model._default_manager.order_by("pk").values()) for model in MONEY]


@pytest.mark.django_db(transaction=True)
def test_a_second_run_of_every_task_changes_nothing() -> None:
    account = an_account(base_url=NOBODY_LISTENS)
    body = a_captured_body(an_attempt(an_order()))
    InboxEvent.objects.create(
        account=account, event_id="evt_1", kind="x", body=json.dumps(body).encode()
    )
    a_hold()
    for name in ("payments.drain_inbox", *OURS):
        task(name)()
    assert Entry.objects.count() == 1
    before = rows()

    for name in OURS:
        task(name)()

    assert rows() == before
