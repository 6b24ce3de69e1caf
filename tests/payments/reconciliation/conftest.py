"""A shop with an account at Stripe's stand-in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.payments.reconciliation.stripe_books import Stripe, a_shop


@pytest.fixture
def stripe() -> Iterator[Stripe]:
    with a_shop() as shop:
        yield shop
