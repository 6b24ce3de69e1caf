"""How many statements each page of a payment costs; without a reason a number only goes down.

Each test runs in a transaction, so a transaction of ours shows as SAVEPOINT and RELEASE.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from orders.clock import now
from payments.models import Attempt
from payments.providers.actions import QrCode
from payments.providers.base import Status
from payments.registry import accounts
from payments.services.apply import apply_outcome
from tests.factories import an_account, an_attempt, seen

pytestmark = pytest.mark.django_db
Reading = Callable[[str, int], None]


@pytest.fixture
def attempt() -> Attempt:
    """A code to scan, at a bank that refuses every connection; the bank was asked just now."""
    cache.clear()
    attempt = an_attempt(account=an_account(base_url="http://127.0.0.1:9"))
    code = QrCode("https://bank.example/scan/", now() + timedelta(minutes=5))
    told = seen(attempt, Status.REQUIRES_ACTION, next_action=code)
    apply_outcome(attempt_id=attempt.pk, outcome=told, source="create")
    Attempt.objects.update(asked_at=now())
    accounts()
    return attempt


def address(attempt: Attempt, view: str = "") -> str:
    return f"/payments/pay/{attempt.payment.token}/{view}"


@pytest.fixture
def reading(
    client: Client, attempt: Attempt, django_assert_num_queries: DjangoAssertNumQueries
) -> Reading:
    """Opens a page, which must cost so many statements: reading("scan/", 3)."""

    def read(view: str, count: int) -> None:
        with django_assert_num_queries(count):
            client.get(address(attempt, view))

    return read


@pytest.mark.parametrize(("view", "count"), [("", 3), ("scan/", 4), ("return/", 4), ("status/", 3)])
def test_a_page_whose_bank_was_asked_a_moment_ago(reading: Reading, view: str, count: int) -> None:
    """The payment; its newest attempt; where one waits, may we ask again; what is paid for."""
    Attempt.objects.update(returned_at=now())

    reading(view, count)


@pytest.mark.parametrize(("view", "count"), [("scan/", 8), ("return/", 9), ("status/", 7)])
def test_a_page_that_asks_the_bank(reading: Reading, view: str, count: int) -> None:
    """Four of them ask the bank and find nothing new; a first return is noted in one."""
    Attempt.objects.update(asked_at=None)

    reading(view, count)


def test_another_way_while_the_first_is_being_closed(
    client: Client, attempt: Attempt, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Most of them note the wish to close it, ask the bank and look again."""
    with django_assert_num_queries(25):
        client.post(address(attempt), {"method": "sandbox/wallet"})
