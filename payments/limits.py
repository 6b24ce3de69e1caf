"""How often one client may call a page: figures from settings, counted in the cache."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpRequest
from django_ratelimit.core import is_ratelimited


def too_often(request: HttpRequest, group: str, limits: Mapping[str, str] | None) -> bool:
    """Count this request against limits[group], such as "20/m" per address; None lifts all."""
    if not limits or group not in limits:
        return False
    return bool(
        is_ratelimited(request, group=f"till:{group}", key="ip", rate=limits[group], increment=True)
    )
