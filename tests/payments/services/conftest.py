"""An account at the real bank."""

from __future__ import annotations

import pytest

from payments.models import ProviderAccount
from payments.services.accounts import connect_sandbox


@pytest.fixture
def account(bank: str) -> ProviderAccount:
    return connect_sandbox(bank_url=bank, hooks_base_url="http://127.0.0.1:9")
