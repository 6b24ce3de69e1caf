"""Redis as the cache, for whose every call Django makes a client anew."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.core.cache.backends import redis

INCREASE = """
if redis.call('exists', KEYS[1]) == 1 then return redis.call('incrby', KEYS[1], ARGV[1]) end
"""


class KeptClient(redis.RedisCacheClient):
    """One client for one server, kept; and a counter grows by one command, not by two."""

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:  # noqa: ARG002  # Django's signature
        return self._kept

    def incr(self, key: Any, delta: int) -> int:
        count: int | None = self._increase(keys=[key], args=[delta])
        if count is None:
            raise ValueError(f"{key} is not there to be counted")
        return count

    @cached_property
    def _kept(self) -> Any:
        return super().get_client(write=True)

    @cached_property
    def _increase(self) -> Any:
        return self._kept.register_script(INCREASE)


class RedisCache(redis.RedisCache):
    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = KeptClient
