"""A shop at a bank whose seconds are short, and the same with webhooks for real."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from pytest_django.live_server_helper import LiveServer

from payments.models import ProviderAccount
from payments.services.accounts import connect_sandbox
from tests.payments.sandbox.cast import BankProcess
from tests.shop.cast import NOBODY_LISTENS


@pytest.fixture(autouse=True)
def _nothing_counted() -> None:
    cache.clear()


@pytest.fixture(scope="session")
def quick_bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a bank where a minute takes a second."""
    bank = BankProcess(tmp_path_factory.mktemp("quick"), pace=0.02)
    bank.start()
    yield bank.url
    bank.kill()


@pytest.fixture
def account(quick_bank: str, db: None) -> ProviderAccount:
    """An account whose webhooks go nowhere: what became of payments is found by asking."""
    return connect_sandbox(bank_url=quick_bank, hooks_base_url=NOBODY_LISTENS)


@pytest.fixture
def told(quick_bank: str, live_server: LiveServer) -> Iterator[ProviderAccount]:
    """An account that the bank tells of everything, over HTTP, until the test ends."""
    yield connect_sandbox(bank_url=quick_bank, hooks_base_url=live_server.url)
    connect_sandbox(bank_url=quick_bank, hooks_base_url=NOBODY_LISTENS)
