"""What the demo site's settings promise."""

import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.db import connection
from django.test import Client

from config.celery import app

pytestmark = pytest.mark.django_db  # system checks ask the database what it can do


def test_system_checks_are_silent() -> None:
    assert run_checks() == []


def test_every_sweep_names_a_task_that_exists() -> None:
    app.loader.import_default_modules()
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= set(app.tasks)


def test_every_task_of_ours_has_a_sweep() -> None:
    app.loader.import_default_modules()
    ours = {name for name in app.tasks if not name.startswith("celery.")}
    assert ours == {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}


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
    assert f"form-action 'self' {settings.DEMO['bank_url']}" in policy
