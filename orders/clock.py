"""The one clock that money looks at; tests and simulations set it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.utils import timezone

_source: Callable[[], datetime] = timezone.now


def now() -> datetime:
    """The present moment, in UTC, by whichever clock is set."""
    return _source()


@contextmanager
def clock_at(source: Callable[[], datetime]) -> Iterator[None]:
    """Let `source` tell the time of this process for a while."""
    global _source  # noqa: PLW0603  # one clock for all threads of the process
    before, _source = _source, source
    try:
        yield
    finally:
        _source = before
