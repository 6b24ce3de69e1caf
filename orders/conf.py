"""The settings of orders: one frozen object, read late, checked at start."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

Settings = TypeVar("Settings")


def cache_down() -> tuple[type[Exception], ...]:
    """What a cache raises that does not answer, for an `except` that asks when it is needed.

    To load Redis' client takes a third of a start: only who has a cache there has it loaded.
    """
    redis = sys.modules.get("redis.exceptions")
    return (OSError, redis.RedisError) if redis else (OSError,)


@dataclass(frozen=True, slots=True)
class OrderSettings:
    stock: str = "orders.services.stock.EndlessStock"
    """Dotted path of the Stock that takes and gives back pieces."""
    order_url: str = ""
    """Dotted path of a callable(Order) -> absolute URL of the order's page, for mails."""
    base_url: str = "http://127.0.0.1:8000"
    """Where the shop stands, without a slash at the end; mails link here."""
    shop_name: str = "Shop"
    """How the shop signs its mails."""
    link_days: int = 90
    """How long the link to an order's page works."""
    open_minutes: int = 30
    """How long an unpaid order is kept; a payment begun in its last minutes gets 15 more."""
    shared_cache: str = ""
    """Name of a cache that all processes share; then a burst wakes a worker once. Empty: none."""
    mail_from: str = ""
    """Sender of mails; empty: DEFAULT_FROM_EMAIL."""
    return_days: int = 30
    """For how many days after dispatch shoppers may ask to return things; 0: never."""
    return_instructions: str = ""
    """How to send things back; filled in where staff approve a return, and mailed."""
    carriers: Mapping[str, str] = field(default_factory=dict)
    """Carriers offered to staff, and the page of each that follows a parcel: "{number}" in it."""


def read_settings(name: str, into: Callable[..., Settings]) -> Settings:
    """Build a settings object from the dict settings.<name>; raises ImproperlyConfigured."""
    given: dict[str, Any] = getattr(settings, name, {})
    known = {each.name for each in fields(into)}  # type: ignore[arg-type]  # all are dataclasses
    if unknown := sorted(set(given) - known):
        raise ImproperlyConfigured(
            f"{name} has no setting {', '.join(unknown)}; it knows {', '.join(sorted(known))}."
        )
    try:
        return into(**given)
    except TypeError as error:
        raise ImproperlyConfigured(f"{name}: {error}") from error


def order_settings() -> OrderSettings:
    return read_settings("ORDERS", OrderSettings)
