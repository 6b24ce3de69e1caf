"""Rate limits: whose requests count together, and that a dead cache refuses nobody."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django_ratelimit import core
from pytest_django import Settings

from config.settings import REDIS_PATIENCE
from payments.limits import (
    ENDS_IN,
    minutes_to_wait,
    says_when_to_retry,
    too_often,
    used_up,
)

RATE = {"pay": "1/h"}
HOUR = 3600
REDIS = "config.cache.RedisCache"
NOBODY = "redis://127.0.0.1:9/0"


@pytest.fixture(autouse=True)
def _nothing_counted() -> None:
    cache.clear()


def counted(**meta: Any) -> bool:
    """Whether one more request of this client is one too many."""
    return too_often(RequestFactory().post("/", **meta), "pay", RATE)


def test_a_second_request_over_the_rate_is_too_many() -> None:
    assert [counted(), counted()] == [False, True]


def test_looking_whether_the_rate_is_used_up_does_not_count() -> None:
    looked = [used_up(RequestFactory().post("/"), "pay", RATE) for _ in range(3)]

    assert (looked, counted()) == ([False, False, False], False)
    assert used_up(RequestFactory().post("/"), "pay", RATE)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The clock by which requests are counted; it stands."""
    clock = SimpleNamespace(now=time.time())
    monkeypatch.setattr(core, "time", SimpleNamespace(time=lambda: clock.now))
    return clock


@pytest.mark.parametrize("passed", [0, 1, HOUR // 2, HOUR - 1])
def test_a_refusal_says_to_the_second_when_it_ends(clock: SimpleNamespace, passed: int) -> None:
    clock.now += passed
    counted()
    answer = too_busy(RequestFactory().post("/"))

    clock.now += int(answer["Retry-After"]) - 1
    assert counted()

    clock.now += 1
    assert not counted()


@says_when_to_retry
def too_busy(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=429 if too_often(request, "pay", RATE) else 200)


@pytest.mark.parametrize(("seconds", "minutes"), [(1, 1), (60, 1), (61, 2), (HOUR, 60)])
def test_people_read_full_minutes(seconds: int, minutes: int) -> None:
    request = RequestFactory().post("/")
    request.META[ENDS_IN] = seconds

    assert minutes_to_wait(request) == minutes


def test_with_counting_switched_off_nobody_is_refused(settings: Settings) -> None:
    settings.RATELIMIT_ENABLE = False

    assert [counted(), counted()] == [False, False]


def test_each_address_counts_for_itself() -> None:
    assert not counted(REMOTE_ADDR="192.0.2.1")
    assert not counted(REMOTE_ADDR="192.0.2.2")


def test_behind_a_proxy_each_address_that_it_names_counts_for_itself(settings: Settings) -> None:
    settings.RATELIMIT_IP_META_KEY = "HTTP_X_REAL_IP"

    assert not counted(REMOTE_ADDR="10.0.0.1", HTTP_X_REAL_IP="192.0.2.1")
    assert not counted(REMOTE_ADDR="10.0.0.1", HTTP_X_REAL_IP="192.0.2.2")
    assert counted(REMOTE_ADDR="10.0.0.2", HTTP_X_REAL_IP="192.0.2.1")


@pytest.mark.parametrize("named", [{}, {"HTTP_X_REAL_IP": "unknown"}, {"HTTP_X_REAL_IP": "1, 2"}])
def test_clients_whose_proxy_names_no_address_count_as_one(
    settings: Settings, named: dict[str, str]
) -> None:
    settings.RATELIMIT_IP_META_KEY = "HTTP_X_REAL_IP"

    assert [counted(**named), counted()] == [False, True]


def test_clients_of_a_unix_socket_count_as_one() -> None:
    assert [counted(REMOTE_ADDR=""), counted(REMOTE_ADDR="")] == [False, True]


@pytest.fixture
def silent() -> Iterator[str]:
    """A Redis that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


@pytest.fixture(params=["dead", "silent"])
def _redis_down(request: pytest.FixtureRequest, silent: str, settings: Settings) -> None:
    """The cache as config.settings has it with a REDIS_URL that leads nowhere."""
    cached = {"BACKEND": REDIS, "LOCATION": silent if request.param == "silent" else NOBODY}
    settings.CACHES = {"default": cached | {"OPTIONS": REDIS_PATIENCE}}


@pytest.mark.usefixtures("_redis_down")
def test_while_the_cache_is_down_nobody_is_refused_at_once_and_one_line_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    started = time.monotonic()

    assert not counted()
    assert [record.name for record in caplog.records] == ["till.limits"]
    assert time.monotonic() - started < 2
