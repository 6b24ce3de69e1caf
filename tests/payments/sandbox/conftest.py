"""Fixtures of the bank's tests: a shop at the bank, its webhook receiver, a bank to kill."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.payments.sandbox.cast import CLIENTS, BankProcess, Receiver, Shop, a_shop


@pytest.fixture(autouse=True)
def _close_clients() -> Iterator[None]:
    yield
    while CLIENTS:
        CLIENTS.pop().close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def shop(bank: str) -> Shop:
    return a_shop(bank)


@pytest.fixture
def own_bank(tmp_path: Path) -> Iterator[BankProcess]:
    """A bank that a test may kill."""
    bank = BankProcess(tmp_path)
    bank.start()
    yield bank
    bank.kill()


@pytest.fixture(scope="session")
def quick_bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a bank whose seconds are short: 10 are a half."""
    bank = BankProcess(tmp_path_factory.mktemp("quick"), pace=0.05)
    bank.start()
    yield bank.url
    bank.kill()


@pytest.fixture
def quick(quick_bank: str, receiver: Receiver) -> Shop:
    """A shop at the quick bank, with its webhook receiver."""
    return a_shop(quick_bank, receiver.url)


@pytest.fixture(scope="session")
def postgres_bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a bank whose book is kept by PostgreSQL, on the server of DATABASE_URL."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        pytest.skip("needs PostgreSQL (DATABASE_URL): SQLite has one writer at a time")
    name = f"till_bank_{uuid.uuid4().hex[:12]}"
    server = psycopg.connect(f"{url.rpartition('/')[0]}/postgres", autocommit=True)
    server.execute(f'CREATE DATABASE "{name}"')
    bank = BankProcess(tmp_path_factory.mktemp("bank"), f"{url.rpartition('/')[0]}/{name}")
    try:
        bank.start()
        yield bank.url
    finally:
        bank.kill()
        server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        server.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def either_bank(request: pytest.FixtureRequest) -> str:
    """The same test on both databases."""
    name = "bank" if request.param == "sqlite" else "postgres_bank"
    address: str = request.getfixturevalue(name)
    return address
