"""Waits for a condition, never for a while."""

import time
from collections.abc import Callable


def until(condition: Callable[[], object], *, seconds: float = 90) -> bool:
    """Poll until the condition holds; False when it did not in time, even on a busy machine."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True
