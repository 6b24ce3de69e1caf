"""A merchant at the stand-in of Stripe, and the adapter that speaks for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from payments.providers.base import Account
from payments.providers.stripe import StripeProvider
from tests.fakes.stripe.fake import Fake
from tests.payments.providers.stripe.cast import Counter, an_account


@pytest.fixture(scope="module")
def fake() -> Iterator[Fake]:
    with Fake(deliver=False) as fake:
        yield fake
        assert fake.violations == []


@pytest.fixture
def account(fake: Fake) -> Account:
    return an_account(fake)


@pytest.fixture
def counter(fake: Fake, account: Account) -> Counter:
    return Counter(fake, account, StripeProvider(account))
