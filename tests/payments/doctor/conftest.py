"""A stand-in of Stripe, a site that can be reached, and an account that is connected."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.fakes.stripe.fake import Fake
from tests.payments.doctor.cast import SITE, Connected, connected


@pytest.fixture(scope="module")
def fake() -> Iterator[Fake]:
    with Fake(deliver=False) as fake:
        yield fake
        assert fake.violations == []


@pytest.fixture(autouse=True)
def _public_site(settings: Settings) -> None:
    settings.PAYMENTS = {**settings.PAYMENTS, "base_url": SITE}


@pytest.fixture
def patient(fake: Fake, db: None) -> Connected:
    return connected(fake)
