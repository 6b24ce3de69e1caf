"""What the parent loads before it forks. Import it once Django is set up."""

from __future__ import annotations

from dataclasses import replace

from django.conf import settings
from django.core.validators import validate_email
from django.db import transaction
from django.template.loader import get_template
from django.test import Client

from benchmarks.chaos.clock import Clock
from config.celery import app
from demo.models import Product
from orders import clock as orders_clock
from payments.conf import payment_settings
from payments.providers.base import Account
from payments.providers.sandbox import SandboxProvider
from payments.providers.stripe import StripeProvider

TEMPLATES = (
    *("shop/order.html", "payments/result.html", "payments/pay.html", "payments/scan.html"),
    *("payments/closing.html", "payments/admin/refund.html", "shop/unavailable.html"),
)


def set_clock(clock: Clock) -> None:
    """Let this process and its children live by the clock of the run, for good."""
    orders_clock._source = clock.now  # noqa: SLF001  # clock_at sets it for a while only


def warm_up() -> None:
    """Look at some pages, in a transaction that is rolled back, and make a wire to the bank."""
    app.loader.import_default_modules()
    for name in TEMPLATES:
        get_template(name)
    with transaction.atomic():
        Product.objects.create(sku="WARM", slug="warm", name="Warm", price=100, stock=9)
        browser = Client(headers={"host": "127.0.0.1"})
        browser.post("/cart/add/", {"sku": "WARM", "quantity": 1})
        browser.get("/checkout/")
        browser.get("/admin/login/")
        transaction.set_rollback(True)
    validate_email("somebody@example.com")
    app.finalize()
    app.connection_for_write().channel()
    nobody = Account("", "test", "", settings.DEMO["bank_url"], {"api_key": ""})
    SandboxProvider(nobody, timeout=payment_settings().timeout_seconds)
    StripeProvider(replace(nobody, secrets={"secret_key": "sk_test_warm"}))
