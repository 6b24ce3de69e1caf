"""One bad row never blocks others: not in any sweep."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from pytest_django import Settings

from orders.clock import now
from orders.errors import Unforeseen
from orders.models import Order
from orders.states import OrderState
from payments.models import Attempt
from payments.providers.base import OurRef, Outcome, ProviderRef
from payments.providers.sandbox.provider import SandboxProvider
from payments.services.expire import expire_due
from payments.services.poll import poll_due
from tests.factories import an_account, an_attempt, an_order, later

pytestmark = pytest.mark.django_db(transaction=True)


class Broken(SandboxProvider):
    """A mistake in an adapter that nobody foresaw."""

    def query(self, ref: ProviderRef | OurRef) -> Outcome:
        raise KeyError(ref.value)


@pytest.fixture
def good(settings: Settings) -> Attempt:
    """The attempt that was due last, behind three of an account whose adapter is broken."""
    providers = {
        "broken": f"{__name__}.Broken",
        "sandbox": "payments.providers.sandbox.SandboxProvider",
    }
    settings.PAYMENTS = settings.PAYMENTS | {"providers": providers}
    bad = an_account(code="bad", provider="broken", base_url="http://127.0.0.1:9")
    for _ in range(3):
        an_attempt(an_order(), bad)
    attempt = an_attempt(an_order(), an_account(base_url="http://127.0.0.1:9"))
    for minutes, each in enumerate(Attempt.objects.order_by("-pk"), start=1):
        Attempt.objects.filter(pk=each.pk).update(
            status="unknown", next_poll_at=now() - timedelta(minutes=minutes)
        )
    return attempt


def sweep(task: Callable[[], int]) -> None:
    with suppress(Unforeseen):
        task()


def test_the_poll_asks_about_the_others_in_the_same_run(good: Attempt) -> None:
    sweep(poll_due)

    assert good.calls.filter(verb="query").exists()


def test_the_others_expire_in_the_same_run(good: Attempt) -> None:
    with later(timedelta(days=2)):
        sweep(expire_due)

    assert Order.objects.get(payment__attempts=good).state == OrderState.EXPIRED
