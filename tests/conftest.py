"""Fixtures for every test: the database, banks, and which tests need PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.db import connection
from django.db.backends.base.creation import TEST_DATABASE_PREFIX
from django.utils import translation
from hypothesis import settings as hypothesis_settings
from pytest_django import DjangoDbBlocker

from tests.payments.sandbox.cast import BankProcess

if TYPE_CHECKING:
    from tests.fakes.stripe.fake import Fake

# The same examples in every run; `--hypothesis-profile=long` looks for new ones.
hypothesis_settings.register_profile("short", derandomize=True, deadline=None)
hypothesis_settings.register_profile(
    "long", max_examples=5000, deadline=None, print_blob=True, derandomize=False
)
hypothesis_settings.load_profile("short")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """On SQLite a file, so that threads see one database; flushed by nobody, for speed."""
    database = settings.DATABASES["default"]
    if "sqlite" in database["ENGINE"]:
        database["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "till.sqlite3")
        options = database["OPTIONS"]
        options["init_command"] = options["init_command"].replace("=FULL", "=OFF")


@pytest.fixture(scope="session", autouse=True)
def _nobody_left_in_the_database(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """A thread of a live server may hold a connection still when its database is to be dropped.

    A run in which no test asks for the database has made none, and is to touch no other.
    """
    yield
    made = str(connection.settings_dict["NAME"]).startswith(TEST_DATABASE_PREFIX)
    if connection.vendor != "postgresql" or not made:
        return
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where datname = current_database() and pid <> pg_backend_pid()"
        )


@pytest.fixture(scope="session")
def base_url() -> str:
    """No shop is everybody's: a folder's `browser_context_args` names its own."""
    return ""


@pytest.fixture(autouse=True)
def _language_of_no_other_test() -> None:
    """A page asked for in another language leaves the thread in it."""
    translation.deactivate()


@pytest.fixture(autouse=True)
def _accounts_of_no_other_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a process keeps of accounts for a while, and of refusals, is of this test only."""
    from payments import registry  # noqa: PLC0415  # models need Django set up
    from payments.services import refusals  # noqa: PLC0415  # models need Django set up

    registry.forget_accounts()
    refusals._uncounted.clear()
    monkeypatch.setattr(refusals, "_written_at", 0.0)


@pytest.fixture(autouse=True)
def _needs_postgres(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("postgres") and connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL (DATABASE_URL): SQLite drops row locks silently")


@pytest.fixture(scope="session")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a sandbox bank that runs as a process of its own, over its own tables."""
    bank = BankProcess(tmp_path_factory.mktemp("bank"))
    bank.start()
    yield bank.url
    bank.kill()


@pytest.fixture(scope="module")
def fake() -> Iterator[Fake]:
    """A stand-in of Stripe with a clock of its own, which nobody may ask anything wrong.

    It also answers where no address is named, as live keys need it: plain http is not for them.
    """
    from payments.providers.stripe import http  # noqa: PLC0415  # half a second, for few tests
    from tests.fakes.stripe.fake import Fake  # noqa: PLC0415  # half a second, for few tests

    with Fake(deliver=False) as fake, pytest.MonkeyPatch.context() as itself:
        itself.setattr(http, "API", fake.url)
        yield fake
        assert fake.violations == []
