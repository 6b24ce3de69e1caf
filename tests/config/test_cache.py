"""The cache in Redis counts as Django's does, and loses no time over it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.cache import RedisCache
from tests.workers.brokers import a_redis


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisCache]:
    folder: Path = tmp_path_factory.mktemp("redis")
    with a_redis(folder) as redis:
        yield RedisCache(redis.url, {})


def test_a_counter_grows_and_keeps_its_end(cache: RedisCache) -> None:
    cache.add("counter", 1, 60)

    assert cache.incr("counter", 2) == 3
    assert cache._cache.get_client().ttl(cache.make_key("counter")) > 0


def test_what_is_not_there_is_not_counted(cache: RedisCache) -> None:
    with pytest.raises(ValueError, match="nobody"):
        cache.incr("nobody")

    assert cache.get("nobody") is None


def test_a_counter_grows_also_when_the_server_has_forgotten_how(cache: RedisCache) -> None:
    cache.add("forgotten", 1, 60)
    cache._cache.get_client().script_flush()

    assert cache.incr("forgotten") == 2
