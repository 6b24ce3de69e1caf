"""The door to the queue: a burst wakes a worker once where a cache is shared."""

from __future__ import annotations

import pytest
from celery import current_app
from django.core.cache import cache
from pytest_django import Settings

from orders import wake as door
from orders.wake import run, wake

pytestmark = pytest.mark.django_db(transaction=True)
TASK = "orders.send_mail"


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names that went into the queue, with an empty cache and a closed circuit before."""
    cache.clear()
    names: list[str] = []
    monkeypatch.setattr(door, "_paused_until", 0.0)
    monkeypatch.setattr(current_app, "send_task", lambda name, **_: names.append(name))
    return names


@pytest.fixture
def shared(settings: Settings) -> None:
    settings.ORDERS = {**settings.ORDERS, "shared_cache": "default"}


def test_without_a_shared_cache_every_cause_is_sent(settings: Settings, sent: list[str]) -> None:
    settings.ORDERS = {**settings.ORDERS, "shared_cache": ""}

    wake(TASK)
    wake(TASK)

    assert sent == [TASK, TASK]


@pytest.mark.usefixtures("shared")
def test_a_burst_is_sent_once(sent: list[str]) -> None:
    wake(TASK)
    wake(TASK)

    assert sent == [TASK]


@pytest.mark.usefixtures("shared")
def test_what_comes_while_a_worker_looks_wakes_the_next(sent: list[str]) -> None:
    def work() -> int:
        wake(TASK)
        return 0

    wake(TASK)
    run(TASK, work, full=100)

    assert sent == [TASK, TASK]


@pytest.mark.usefixtures("shared")
def test_a_full_batch_wakes_the_next(sent: list[str]) -> None:
    run(TASK, lambda: 100, full=100)

    assert sent == [TASK]
