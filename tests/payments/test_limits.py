"""Rate limits: whose requests count together, and that a dead cache refuses nobody."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import RequestFactory
from pytest_django import Settings

from config.settings import REDIS_PATIENCE
from payments.limits import too_often

RATE = {"pay": "1/h"}
REDIS = "django.core.cache.backends.redis.RedisCache"
NOBODY = "redis://127.0.0.1:9/0"


@pytest.fixture(autouse=True)
def _nothing_counted() -> None:
    cache.clear()


def counted(**meta: Any) -> bool:
    """Whether one more request of this client is one too many."""
    return too_often(RequestFactory().post("/", **meta), "pay", RATE)


def test_a_second_request_over_the_rate_is_too_many() -> None:
    assert [counted(), counted()] == [False, True]


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
