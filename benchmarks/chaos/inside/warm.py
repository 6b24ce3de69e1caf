"""What the parent loads before it forks. Import it once Django is set up."""

from __future__ import annotations

from importlib import import_module

from django.conf import settings
from django.template.loader import get_template
from django.urls import get_resolver

from benchmarks.chaos.clock import Clock
from config.celery import app
from orders import clock as orders_clock

TEMPLATES = (
    *("shop/checkout.html", "shop/order.html", "payments/result.html", "payments/pay.html"),
    *("payments/scan.html", "payments/closing.html", "payments/admin/refund.html"),
)


def set_clock(clock: Clock) -> None:
    """Let this process and its children live by the clock of the run, for good."""
    orders_clock._source = clock.now  # noqa: SLF001  # clock_at sets it for a while only


def warm_up() -> None:
    _patterns = get_resolver().url_patterns
    import_module(settings.ROOT_URLCONF)
    app.loader.import_default_modules()
    for name in TEMPLATES:
        get_template(name)
