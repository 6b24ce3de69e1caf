"""How often one client may call a page: figures from settings, counted in the cache."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import partial

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django_ratelimit.core import is_ratelimited

from orders.conf import CACHE_DOWN

logger = logging.getLogger("till.limits")


def too_often(request: HttpRequest, group: str, limits: Mapping[str, str] | None) -> bool:
    """Count this request against limits[group], such as "20/m" per address; None lifts all.

    Where the cache does not answer nobody is refused: a shop without limits is better than none.
    """
    if not limits or group not in limits:
        return False
    try:
        return _count(request, group=f"till:{group}", rate=limits[group])
    except CACHE_DOWN as error:
        logger.warning("limits are not counted, the cache is down: %s", error)
        return False


def _count(request: HttpRequest, *, group: str, rate: str) -> bool:
    """Whether the client is over its rate; all whose address nobody can read count as one."""
    count = partial(is_ratelimited, request, group=group, rate=rate, increment=True)
    try:
        return bool(count(key="ip"))
    except (ImproperlyConfigured, ValueError):  # a Unix socket has none, a wrong header nonsense
        return bool(count(key=lambda *_: "address unknown"))
