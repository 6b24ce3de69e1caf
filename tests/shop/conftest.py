"""A shop that can sell: one product, an account, and counters that start at nothing."""

from collections.abc import Callable, Iterator

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from demo.models import Product
from payments.models import ProviderAccount
from payments.services.accounts import connect_sandbox
from tests.factories import a_product, an_account
from tests.shop.cast import NOBODY_LISTENS, put_in_cart

Limit = Callable[..., None]


@pytest.fixture(autouse=True)
def _nothing_counted() -> None:
    cache.clear()


@pytest.fixture
def teapot(db: None) -> Product:
    return a_product(name="Teapot", price=4200, stock=10)


@pytest.fixture
def deaf_bank(db: None) -> ProviderAccount:
    """An account whose bank refuses every connection at once."""
    return an_account(base_url=NOBODY_LISTENS)


@pytest.fixture
def real_bank(bank: str, db: None) -> ProviderAccount:
    """An account at the bank's own process, whose webhooks go nowhere."""
    return connect_sandbox(bank_url=bank, hooks_base_url=NOBODY_LISTENS)


@pytest.fixture
def webhooks(real_bank: ProviderAccount, live_server: LiveServer) -> Iterator[None]:
    """The bank calls back, over HTTP, until the test ends."""
    connect_sandbox(bank_url=real_bank.base_url, hooks_base_url=live_server.url)
    yield
    connect_sandbox(bank_url=real_bank.base_url, hooks_base_url=NOBODY_LISTENS)


@pytest.fixture
def shopper(client: Client, teapot: Product, deaf_bank: ProviderAccount) -> Client:
    """A guest with one teapot in the cart."""
    put_in_cart(client, teapot)
    return client


@pytest.fixture
def limit(settings: Settings) -> Limit:
    """Let only so many requests through: limit(checkout="1/h")."""

    def lower(**rates: str) -> None:
        settings.SHOP = {**settings.SHOP, "rate_limits": rates}

    return lower
