"""What the demo site's settings promise."""

import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.db import connection
from django.test import Client

pytestmark = pytest.mark.django_db  # system checks ask the database what it can do


def test_system_checks_are_silent() -> None:
    assert run_checks() == []


def test_sqlite_waits_for_its_turn_and_writes_ahead() -> None:
    if connection.vendor != "sqlite":
        assert connection.vendor == "postgresql"
        return
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert cursor.execute("PRAGMA busy_timeout").fetchone() == (20000,)


def test_every_page_forbids_foreign_content(client: Client) -> None:
    policy = client.get("/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    bank, stripe = settings.DEMO["bank_url"], "https://checkout.stripe.com"
    assert f"form-action 'self' {bank} {stripe}" in policy
