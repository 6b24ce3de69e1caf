"""Cookies no browser of ours sends: PostgreSQL refuses a NUL in the session's key with an error."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


def drop_broken_cookies(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware to stand before the session's."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.COOKIES = {
            name: value for name, value in request.COOKIES.items() if "\0" not in value
        }
        return get_response(request)

    return middleware
