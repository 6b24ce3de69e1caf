"""A merchant at the stand-in of Stripe: the adapter that speaks for it, and a whole shop."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache

from payments.providers.base import Account
from payments.providers.stripe import StripeProvider
from tests.contract.cast import Seller
from tests.contract.rigs.stripe import StripeRig
from tests.contract.shop import an_account_row
from tests.fakes.stripe.fake import Fake
from tests.payments.providers.stripe.cast import Counter, an_account
from tests.payments.providers.stripe.till import Till


@pytest.fixture
def account(fake: Fake) -> Account:
    return an_account(fake)


@pytest.fixture
def counter(fake: Fake, account: Account) -> Counter:
    return Counter(fake, account, StripeProvider(account))


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StripeRig]:
    rig = StripeRig(Path(tmp_path_factory.mktemp("stripe")))
    yield rig
    rig.close()


@pytest.fixture
def till(rig: StripeRig, transactional_db: None) -> Till:
    """With an account of its own, so that no test sees another's payments."""
    cache.clear()
    seller = Seller(rig, rig.open_account())
    return Till(seller, an_account_row(seller), rig)
