"""An account at the real bank, and a bank that says what it is told to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from payments.models import ProviderAccount
from payments.services.accounts import connect_sandbox
from tests.payments.providers.fake_bank import FakeBank


@pytest.fixture
def account(bank: str) -> ProviderAccount:
    return connect_sandbox(bank_url=bank, hooks_base_url="http://127.0.0.1:9")


@pytest.fixture
def fake_bank() -> Iterator[FakeBank]:
    """A bank that says whatever a test lets it say."""
    bank = FakeBank()
    yield bank
    bank.server.shutdown()
    bank.server.server_close()
