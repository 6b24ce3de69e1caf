"""One thing that needs a person, as the page tells it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.http import HttpRequest
from django.urls import reverse

from orders.models import Order
from orders.money import Money

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SEE_ORDERS: Final = "orders.view_order"


@dataclass(frozen=True, slots=True)
class Step:
    """A link to the page on which something can be done about it."""

    label: StrOrPromise
    url: str


@dataclass(frozen=True, slots=True)
class Row:
    """What happened, how much money it is about, since when, and what this person may do next.

    `url`: its own page, "" where this person may not see it. `due`: until when it waits.
    """

    title: StrOrPromise
    what: StrOrPromise
    since: datetime
    order: Order | None = None
    money: Money | None = None
    detail: str = ""
    url: str = ""
    due: datetime | None = None
    steps: tuple[Step, ...] = ()


def may(request: HttpRequest, *permissions: str) -> bool:
    """Whether this person has all of them; asked of what was read once."""
    return request.user.has_perms(permissions)


def own_page(request: HttpRequest, view: str, key: int, *, seen_with: str) -> str:
    return reverse(view, args=[key]) if may(request, seen_with) else ""


def steps(offered: Iterable[tuple[bool, StrOrPromise, str]]) -> tuple[Step, ...]:
    """Of those offered the ones that are allowed: whether, words, address."""
    return tuple(Step(label, url) for allowed, label, url in offered if allowed)
