"""How often one client may call a page: figures from settings, counted in the cache."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import partial, wraps
from http import HTTPStatus
from typing import Concatenate, Final, ParamSpec, TypeVar

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django_ratelimit.core import is_ratelimited

from orders.conf import CACHE_DOWN

RETRY_AFTER: Final = "60"
"""Seconds: the minute that every page which refuses asks for."""

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
            answer.headers["Retry-After"] = RETRY_AFTER
        return answer

    return patient


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
