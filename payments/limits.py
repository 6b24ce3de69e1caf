"""How often one client may call a page: figures from settings, counted in the cache."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import partial, wraps
from http import HTTPStatus
from math import ceil
from typing import Concatenate, Final, ParamSpec, TypeVar

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django_ratelimit.core import get_usage

from orders.conf import cache_down

ENDS_IN: Final = "till.limit_ends_in"
"""Where a request that was refused notes after how many seconds the next one is not."""

Limits = Mapping[str, str] | None
"""Rates by the name of what they limit, such as {"pay": "20/m"}; None lifts all."""

Usage = dict[str, int] | None
UNLIMITED: Final = (0, 1)
logger = logging.getLogger("till.limits")
Given = ParamSpec("Given")
Answer = TypeVar("Answer", bound=HttpResponseBase)


def says_when_to_retry(
    view: Callable[Concatenate[HttpRequest, Given], Answer],
) -> Callable[Concatenate[HttpRequest, Given], Answer]:
    """Let programs read in every 429 of a view what people read on its page."""

    @wraps(view)
    def patient(request: HttpRequest, /, *args: Given.args, **kwargs: Given.kwargs) -> Answer:
        answer = view(request, *args, **kwargs)
        if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            answer.headers["Retry-After"] = str(request.META[ENDS_IN])
        return answer

    return patient


def minutes_to_wait(request: HttpRequest) -> int:
    """The same for people, rounded up."""
    seconds: int = request.META[ENDS_IN]
    return ceil(seconds / 60)


def too_often(request: HttpRequest, group: str, limits: Limits) -> bool:
    """Count this request against limits[group] for its address; whether it is one too many.

    Where the cache does not answer nobody is refused: a shop without limits is better than none.
    """
    count, limit = _usage(request, group, limits, increment=True)
    return count > limit


def used_up(request: HttpRequest, group: str, limits: Limits) -> bool:
    """Whether this request would be one too many. It does not count."""
    count, limit = _usage(request, group, limits, increment=False)
    return count >= limit


def _usage(request: HttpRequest, group: str, limits: Limits, *, increment: bool) -> tuple[int, int]:
    """How many requests count, and how many may; notes in the request when that begins anew."""
    if not limits or group not in limits:
        return UNLIMITED
    ask = partial(get_usage, request, f"till:{group}", rate=limits[group], increment=increment)
    try:
        usage = _by_address(ask)
    except cache_down() as error:
        logger.warning("limits are not counted, the cache is down: %s", error)
        return UNLIMITED
    if usage is None or usage["time_left"] < 0:  # switched off; or the cache cannot count
        return UNLIMITED
    request.META[ENDS_IN] = usage["time_left"] + 1  # the last second still counts
    return usage["count"], usage["limit"]


def _by_address(ask: Callable[..., Usage]) -> Usage:
    """All whose address nobody can read count as one."""
    try:
        return ask(key="ip")
    except (ImproperlyConfigured, ValueError):  # a Unix socket has none, a wrong header nonsense
        return ask(key=lambda *_: "address unknown")
