"""What the lists of the books are narrowed by, where an address names little or nonsense."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from payments.models import Discrepancy, ProviderAccount
from payments.models.discrepancy import DiscrepancyKind as Kind
from tests.factories import an_account
from tests.payments.admin.books.cast import SEE
from tests.payments.admin.cast import staff
from tests.payments.disagreeing import a_discrepancy, a_file

pytestmark = pytest.mark.django_db
LIST = reverse("admin:payments_discrepancy_changelist")
MIDNIGHT = datetime(2026, 11, 10, tzinfo=UTC)
SECOND, ONE_DAY = timedelta(seconds=1), timedelta(days=1)


@pytest.fixture
def clerk() -> Client:
    return staff(SEE)


def listed(client: Client, **query: Any) -> set[Discrepancy]:
    return set(client.get(LIST, query).context["cl"].result_list)


def around() -> list[Discrepancy]:
    """Before and after both ends of a day of UTC."""
    moments = [MIDNIGHT - SECOND, MIDNIGHT, MIDNIGHT + ONE_DAY - SECOND, MIDNIGHT + ONE_DAY]
    return [a_discrepancy(at=moment) for moment in moments]


@pytest.mark.parametrize("query", [{}, {"account": "nobody's"}, {"account": "our:bank"}])
def test_without_an_account_of_ours_a_day_is_that_of_the_shop(
    clerk: Client, query: dict[str, str]
) -> None:
    an_account(report_zone="Asia/Shanghai")
    _before, first, last, _after = around()
    Discrepancy.objects.update(account=None)
    narrowed = {first, last} if query.get("account") != "nobody's" else set()

    assert listed(clerk, day="2026-11-10", **query) == narrowed


def test_the_day_of_the_shop_begins_at_its_own_midnight(clerk: Client) -> None:
    row = a_discrepancy(at=MIDNIGHT - timedelta(hours=8))

    with timezone.override("Asia/Shanghai"):
        assert listed(clerk, day="2026-11-10") == {row}
        assert listed(clerk, day="2026-11-09") == set()


def test_what_happened_at_no_known_moment_is_of_the_day_on_which_it_was_found(
    clerk: Client,
) -> None:
    row = a_discrepancy(at=None, found_at=MIDNIGHT)
    a_discrepancy(at=None, found_at=MIDNIGHT - SECOND)
    a_discrepancy(at=MIDNIGHT - SECOND, found_at=MIDNIGHT)

    assert listed(clerk, day="2026-11-10") == {row}


@pytest.mark.parametrize("account", ["", "sandbox"])
@pytest.mark.parametrize("day", ["never", "2026-02-30", "9999-12-31", "0001-01-01"])
def test_what_is_no_day_finds_nothing(clerk: Client, day: str, account: str) -> None:
    a_discrepancy(account=an_account(report_zone="Asia/Shanghai"))

    assert listed(clerk, day=day, **({"account": account} if account else {})) == set()


def test_an_account_whose_zone_is_none_has_the_days_of_utc(clerk: Client) -> None:
    row = a_discrepancy(at=MIDNIGHT)
    ProviderAccount.objects.update(report_zone="Nowhere/Land")

    assert listed(clerk, day="2026-11-10", account="sandbox") == {row}


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({}, 3),
        ({"owner": "anybody"}, 3),
        ({"owner": "me"}, 0),
        ({"state": "nonsense"}, 0),
        ({"state": "draft"}, 0),
        ({"file": "nonsense"}, 0),
        ({"file": "9" * 40}, 0),
        ({"file": "\u0661"}, 0),
        ({"account": ""}, 0),
        ({"account": "9" * 40}, 0),
        ({"account": "our:bank"}, 1),
    ],
)
def test_each_filter_narrows_only_by_what_it_knows(
    clerk: Client, query: dict[str, str], count: int
) -> None:
    a_discrepancy(file=a_file(), line_no=1)
    a_discrepancy()
    a_discrepancy(Kind.BANK_TOTAL, account=None)

    assert len(listed(clerk, **query)) == count


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"file": "77000"}, "77000"),
        ({"day": "2026-11-10"}, "10 Nov 2026"),
        ({"day": "yesterday"}, "yesterday"),
    ],
)
def test_what_an_address_asks_for_stands_among_the_filters(
    clerk: Client, query: dict[str, str], words: str
) -> None:
    a_discrepancy()

    assert words in clerk.get(LIST, query).content.decode()
    assert words not in clerk.get(LIST).content.decode()
