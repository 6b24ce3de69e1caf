"""A site that can be reached, and an account that is connected to the stand-in of Stripe."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from tests.fakes.stripe.fake import Fake
from tests.payments.doctor.cast import SITE, Connected, connected


@pytest.fixture(autouse=True)
def _public_site(settings: Settings) -> None:
    settings.PAYMENTS = {**settings.PAYMENTS, "base_url": SITE}


@pytest.fixture
def patient(fake: Fake, db: None) -> Connected:
    return connected(fake)
