"""The pace of the bank: how long its seconds are."""

from datetime import timedelta

from django.conf import settings

SLOWEST = 100


def paced(seconds: float) -> timedelta:
    """A delay of this bank; SANDBOX_PACE below 1 makes it shorter, for tests."""
    return timedelta(seconds=seconds * pace())


def pace() -> float:
    """What delays are multiplied by; raises ValueError for what cannot be that."""
    value = float(getattr(settings, "SANDBOX_PACE", 1))
    if not 0 < value <= SLOWEST:
        raise ValueError(f"{value} is no pace")
    return value
