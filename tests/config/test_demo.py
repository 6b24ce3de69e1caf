"""`make demo` itself: what it says of a wrong variable, and which signals stop it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import demo, prepare
from config.environment import database

PASSWORD = "hunter2"
ALLOWED = "allowed are sqlite:///path/to/file and postgres://user:password@host:5432/name."


class Interrupted:
    """Stands for a stack that gets a signal while it starts."""

    def __init__(self, number: signal.Signals) -> None:
        self.number = number

    def __call__(self, *_: object, **__: object) -> Self:
        return self

    def __enter__(self) -> Self:
        signal.raise_signal(self.number)
        return self

    def __exit__(self, *_: object) -> None: ...


@pytest.fixture(autouse=True)
def _signals() -> Iterator[None]:
    """The test run's own handlers come back; meanwhile as in a script's background job."""
    before = {name: signal.signal(name, signal.SIG_IGN) for name in demo.STOPS}
    yield
    for name, handler in before.items():
        signal.signal(name, handler)


@pytest.mark.parametrize("number", demo.STOPS)
def test_a_signal_that_was_ignored_at_the_start_stops_it(
    number: signal.Signals, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(demo, "Stack", Interrupted(number))
    assert demo.main() == 0
    assert capsys.readouterr().out == "Stopped before the shop was open.\n"


@pytest.mark.parametrize("value", ["abc", "70000", "0", "-1", "8_000", "9" * 5000, "80.0"])
@pytest.mark.parametrize("variable", ["PORT", "BANK_PORT"])
def test_what_is_no_port_is_named(
    variable: str,
    value: str,
    *,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(variable, value)
    assert demo.main() == 1
    said = capsys.readouterr().err.strip()
    assert said.startswith(f"{variable} is '{value}', but a port is a number from 1 to 65535: ")


@pytest.mark.parametrize("ports", [(8001, 8002), (65535, 65534)])
def test_one_port_for_both_is_refused(
    ports: tuple[int, int], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    port, other = ports
    monkeypatch.setenv("PORT", str(port))
    monkeypatch.setenv("BANK_PORT", str(port))
    assert demo.main() == 1
    said = capsys.readouterr().err.strip()
    assert said.startswith(f"PORT and BANK_PORT are both {port}, ")
    assert said.endswith(f"make demo PORT={port} BANK_PORT={other}")


@pytest.mark.parametrize(
    "url",
    [
        "garbage",
        PASSWORD,
        f"mysql://till:{PASSWORD}@host/till",
        f"://till:{PASSWORD}@host/till",
        f"postgres://till:{PASSWORD}@host:port/till",
        f"postgres://till:{PASSWORD}@host:99999/till",
        f"postgres://till:{PASSWORD}@host",
        "postgres://",
        "sqlite://",
        "sqlite:///",
        "sqlite://till.sqlite3",
    ],
)
def test_a_database_url_that_cannot_be_used_is_refused_in_one_sentence(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setattr("django.setup", lambda: database("DATABASE_URL", Path("unused")))
    assert prepare.main() == 1
    said = f"DATABASE_URL names no database that Till can use: {ALLOWED}\n"
    assert capsys.readouterr() == ("", said)


def test_the_refusal_shows_no_password_in_a_traceback_either(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgres://till@host:{PASSWORD}/till")
    with pytest.raises(ImproperlyConfigured) as refused:
        database("DATABASE_URL", Path("unused"))
    assert refused.value.__context__ is None


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("", "/data/till.sqlite3"),
        ("sqlite:////srv/till.sqlite3", "/srv/till.sqlite3"),
        ("postgres://till:secret@host:5432/shop", "shop"),
        ("postgresql://till@host/shop?sslmode=require", "shop"),
    ],
)
def test_a_database_url_that_can_be_used_is(
    url: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    assert database("DATABASE_URL", Path("/data/till.sqlite3"))["NAME"] == name


def test_a_shop_without_redis_does_not_load_its_client(tmp_path: Path) -> None:
    look = "import django, sys; django.setup(); print('redis' in sys.modules)"
    environment = {**os.environ, "REDIS_URL": "", "TILL_DATA": str(tmp_path)}
    environment["DJANGO_SETTINGS_MODULE"] = "config.settings"
    loaded = subprocess.run(
        [sys.executable, "-c", look], env=environment, capture_output=True, text=True, check=True
    )
    assert loaded.stdout.strip() == "False"
