"""A shop with one account, at a stand-in of Stripe behind a wire that may break."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from orders.clock import now
from payments.models import ProviderAccount
from tests.contract.cast import IMPATIENT
from tests.contract.proxy import Wire
from tests.factories import a_product
from tests.fakes.stripe.fake import Fake
from tests.payments.stripe.cast import HOOK, Shop


@pytest.fixture(scope="module")
def fake() -> Iterator[Fake]:
    """Lives by the clock that money looks at."""

    with Fake(now, deliver=False) as fake:
        yield fake
        assert fake.violations == []


@pytest.fixture
def shop(fake: Fake, client: Client, db: None) -> Iterator[Shop]:
    cache.clear()
    merchant, wire = fake.open_account(webhook_url=HOOK), Wire(fake.url)
    account = ProviderAccount(
        code="stripe", provider="stripe", merchant_id=merchant.id, base_url=wire.url
    )
    account.set_secrets(
        {
            "secret_key": merchant.key,
            "publishable_key": merchant.publishable_key,
            "webhook_secret": merchant.webhook_secret,
        }
    )
    account.save()
    a_product(name="Teapot", price=6000, stock=10)
    yield Shop(fake, merchant, wire, account, client)
    fake.trouble.clear()
    wire.close()


@pytest.fixture
def impatient(settings: Settings) -> Callable[[], None]:
    """From when it is called on nobody waits for what will not come."""

    def hurry() -> None:
        settings.PAYMENTS = {**settings.PAYMENTS, "timeout_seconds": IMPATIENT}

    return hurry
