"""What is served while the database does not answer: a page that keeps what was typed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Final

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.urls import reverse
from django.views import defaults

from orders.money import Money
from shop.conf import shop_settings
from shop.forms import CheckoutForm

RETRY_AFTER: Final = "10"
"""Seconds: a database that was restarted answers again by then."""
NO_ANSWER: Final = (OperationalError, InterfaceError)
NEVER_KEPT: Final = ("csrfmiddlewaretoken", "password")
"""Parts of names of fields that are not written into a page again."""


def server_error(request: HttpRequest) -> HttpResponse:
    """The site's handler500: 503 where the database gave no answer, else the site's 500.html.

    What was posted may have been done before the line broke; sent again it is done once.
    """
    if not any(isinstance(error, NO_ANSWER) for error in _causes(sys.exc_info()[1])):
        return defaults.server_error(request)
    answer = HttpResponse(_page(request), status=503)
    answer.headers["Retry-After"] = RETRY_AFTER
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error:
        yield error
        error = error.__cause__ or error.__context__


def _page(request: HttpRequest) -> str:
    """Made without a look at session, cart or shopper: each of them is in the database."""
    posted = request.method == "POST"
    form = _checkout_form(request) if posted and request.path == reverse("shop:checkout") else None
    shown = {field.name for field in form.visible_fields()} - {"method"} if form else set()
    context = {
        "posted": posted,
        "form": form,
        "kept": list(_kept(request, shown)),
        "path": request.get_full_path(),
        "csrf_token": get_token(request),
    }
    return render_to_string("shop/unavailable.html", context)


def _checkout_form(request: HttpRequest) -> CheckoutForm:
    nothing = Money.zero(shop_settings().currency)
    return CheckoutForm(nothing, [], initial=request.POST.dict())


def _kept(request: HttpRequest, shown: set[str]) -> Iterator[tuple[str, str]]:
    """What was posted and stands in no field of the page."""
    for name, values in request.POST.lists():
        if name not in shown and not any(part in name for part in NEVER_KEPT):
            yield from ((name, value) for value in values)
