"""A stand-in whose clock the test moves, and which no test leaves with a complaint."""

from collections.abc import Iterator

import pytest

from tests.fakes.answers import Judge
from tests.fakes.cast import Clock, Shop, client_of
from tests.fakes.stripe.fake import Fake


@pytest.fixture
def rough_shop() -> Iterator[Shop]:
    """One that asks wrongly, and may."""
    clock = Clock()
    with Fake(clock, seed="tests", deliver=False) as fake:
        merchant = fake.open_account()
        yield Shop(fake, clock, merchant, client_of(fake, merchant.key).v1)


@pytest.fixture
def shop(rough_shop: Shop) -> Iterator[Shop]:
    """One that asks nothing wrong, and whose every answer has the form of the OpenAPI file."""
    judge = Judge()
    rough_shop.fake.gate.on_success = judge.see
    yield rough_shop
    assert rough_shop.fake.violations == []
    assert "\n".join(judge.wrong) == ""
