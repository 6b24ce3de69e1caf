"""HTTP for every adapter: a call ends in time as a whole, however slowly its answer trickles in.

httpx bounds each read alone, so that a byte a second would hold a worker for ever.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import IO, Any, Final

import httpx

from payments.providers.errors import ProviderDown

_ends: ContextVar[float] = ContextVar("ends", default=math.inf)
"""When the calls of this thread must be over, by the monotonic clock."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a file may be on its way in all, and how many bytes it may have."""

    seconds: float
    size: int


REPORTS: Final = Limits(seconds=600, size=4 * 2**30)
IN_MEMORY: Final = 2**23
"""A report is kept in memory up to so many bytes, and on the disk beyond."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Let all calls made inside take so long together; what finds no time left is not sent.

    A call still takes no longer than it may by itself, and an inner block no longer than the outer.
    """
    token = _ends.set(min(_ends.get(), time.monotonic() + seconds))
    try:
        yield
    finally:
        _ends.reset(token)


@cache
def http_client(base_url: str, seconds: float) -> httpx.Client:
    """One pool of connections per provider and process; it may be shared by threads.

    What it sends goes through `send`, which allows a call so many seconds in all.
    """
    transport = httpx.HTTPTransport(trust_env=False)
    pool: Any = transport._pool  # noqa: SLF001  # httpx offers no way to give its pool a backend
    pool._network_backend = _Backend(pool._network_backend)  # noqa: SLF001  # httpx offers no way to give its pool a backend
    timeout = httpx.Timeout(seconds, connect=2.0, write=2.0, pool=1.0)
    return httpx.Client(base_url=base_url, timeout=timeout, transport=transport, trust_env=False)


def send(http: httpx.Client, request: httpx.Request) -> httpx.Response:
    """Send and read the whole answer; raises httpx.RequestError, also where it takes too long.

    Raises ProviderDown where no time is left to send it at all.
    """
    if _ends.get() <= time.monotonic():
        raise ProviderDown("no time left to send it", sent=False)
    with within(http.timeout.read or 0.0):
        return http.send(request)


def receive(
    http: httpx.Client, request: httpx.Request, *, into: IO[bytes], limits: Limits
) -> httpx.Response:
    """Send, and write the body of a good answer to a file; any other answer is read as by `send`.

    Raises httpx.RequestError, also where it takes too long or never ends, and ProviderDown where no
    time is left to send it at all.
    """
    if _ends.get() <= time.monotonic():
        raise ProviderDown("no time left to send it", sent=False)
    with within(limits.seconds), closing(http.send(request, stream=True)) as answer:
        if not answer.is_success:
            answer.read()
            return answer
        written = 0
        for part in answer.iter_bytes():
            written += into.write(part)
            if written > limits.size:
                raise httpx.ReadError(f"the answer is larger than {limits.size:,} bytes")
    return answer


def _left(timeout: float | None) -> float:
    left = _ends.get() - time.monotonic()
    if left <= 0:
        raise httpx.ReadTimeout("the call as a whole took too long")
    return left if timeout is None else min(timeout, left)


class _Stream:
    """A connection that waits no longer than its call may last; the names are httpcore's."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self.close = inner.close
        self.get_extra_info = inner.get_extra_info

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data: bytes = self._inner.read(max_bytes, timeout=_left(timeout))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, timeout=_left(timeout))

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> _Stream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, _left(timeout)))


class _Backend:
    """Opens such connections."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self.sleep = inner.sleep

    def connect_tcp(self, *, timeout: float | None = None, **where: Any) -> _Stream:
        return _Stream(self._inner.connect_tcp(timeout=_left(timeout), **where))
