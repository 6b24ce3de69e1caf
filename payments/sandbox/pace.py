"""The pace of the bank: how long its seconds are."""

from datetime import timedelta

from django.conf import settings


def paced(seconds: float) -> timedelta:
    """A delay of this bank; SANDBOX_PACE below 1 makes it shorter, for tests."""
    return timedelta(seconds=seconds * getattr(settings, "SANDBOX_PACE", 1.0))
