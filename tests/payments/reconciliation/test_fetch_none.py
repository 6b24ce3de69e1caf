"""What a provider will never give is noted once, and the days after it come."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import date, timedelta
from io import BytesIO
from typing import IO

import pytest
from pytest_django import Settings

from payments.models import ProviderAccount, SettlementFile
from payments.providers.errors import NotFound, NotReady, ProviderDown
from payments.providers.sandbox.provider import SandboxProvider
from payments.reconciliation import fetch, follow
from payments.reconciliation.fetch import fetch_reports
from tests.factories import later
from tests.payments.reconciliation.books import (
    DAY,
    Theirs,
    a_sale,
    at_noon,
    found,
    the_account,
)

pytestmark = pytest.mark.django_db
_noon = pytest.fixture(autouse=True)(at_noon)
NONE: set[date] = set()
UNKNOWN: set[date] = set()
DOWN: set[date] = set()
BEING_MADE: set[date] = set()
ASKED: list[date] = []


class Closed(SandboxProvider):
    """A bank that tells nothing of some days, and says so each in its way."""

    def fetch_report(self, day: date) -> AbstractContextManager[IO[bytes]] | None:  # type: ignore[override]  # the seam lets it say that there is none
        ASKED.append(day)
        if day in UNKNOWN:
            raise NotFound(str(day))
        if day in DOWN:
            raise ProviderDown("answered 503", sent=True)
        if day in BEING_MADE:
            raise NotReady("not made yet")
        if day in NONE:
            return None
        return BytesIO(Theirs(ProviderAccount.objects.get(code="sandbox"), day).text().encode())


@pytest.fixture
def account(settings: Settings) -> ProviderAccount:
    for days in (NONE, UNKNOWN, DOWN, BEING_MADE, ASKED):
        days.clear()
    mine = {"sandbox": f"{Closed.__module__}.Closed"}
    settings.PAYMENTS = {**settings.PAYMENTS, "providers": mine}
    account = the_account()
    a_sale(account)
    return account


def night(days: int) -> int:
    with later(timedelta(days=days)):
        return fetch_reports()


def test_a_day_without_a_report_is_asked_for_once(account: ProviderAccount) -> None:
    NONE.add(DAY)

    assert [night(1), night(1)] == [0, 0]

    assert ASKED == [DAY]


def test_on_a_day_without_a_report_the_provider_had_nothing(account: ProviderAccount) -> None:
    NONE.add(DAY)
    with later(timedelta(days=1)):
        fetch_reports()
        follow.import_and_compare()

    assert [kind for kind, _ in found(account)] == ["missing_in_provider"]


def test_a_month_without_a_report_holds_up_nothing(
    account: ProviderAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "MOST_DAYS", 3)
    NONE.update(DAY + timedelta(days=n) for n in range(3))

    assert [night(4), night(4)] == [0, 1]

    told = SettlementFile.objects.order_by("first_day").values_list("first_day", flat=True)
    assert list(told) == [DAY + timedelta(days=n) for n in range(4)]


def test_a_day_they_do_not_know_is_for_a_person_and_the_next_one_comes(
    account: ProviderAccount,
) -> None:
    UNKNOWN.add(DAY)

    assert [night(2), night(2)] == [1, 0]

    told = SettlementFile.objects.order_by("first_day").values_list("first_day", "state")
    assert list(told) == [(DAY, "refused"), (DAY + timedelta(days=1), "loaded")]
    assert str(DAY) in SettlementFile.objects.get(state="refused").refused_for


def test_while_they_do_not_answer_they_are_asked_for_one_day(account: ProviderAccount) -> None:
    DOWN.update(DAY + timedelta(days=n) for n in range(1, 3))

    assert night(3) == 1

    assert [day - DAY for day in ASKED] == [timedelta(0), timedelta(days=1)]


def test_while_one_is_being_made_the_days_after_it_are_asked_for(account: ProviderAccount) -> None:
    BEING_MADE.update({DAY, DAY + timedelta(days=1)})

    assert night(2) == 0

    assert [day - DAY for day in ASKED] == [timedelta(0), timedelta(days=1)]


def test_no_day_comes_before_one_that_is_being_made(account: ProviderAccount) -> None:
    BEING_MADE.add(DAY)
    assert night(3) == 0
    BEING_MADE.clear()

    assert night(3) == 3

    told = SettlementFile.objects.order_by("pk").values_list("first_day", flat=True)
    assert list(told) == [DAY + timedelta(days=n) for n in range(3)]


def test_before_the_first_payment_nothing_is_asked_for(account: ProviderAccount) -> None:
    assert night(0) == 0

    assert ASKED == []


def test_reports_begin_with_the_first_that_was_uploaded(account: ProviderAccount) -> None:
    Theirs(account, DAY + timedelta(days=2)).comes()

    night(4)

    assert [day - DAY for day in ASKED] == [timedelta(days=3)]


def test_an_account_that_never_was_paid_by_is_asked_for_nothing(account: ProviderAccount) -> None:
    other = the_account(code="other", merchant_id="mer_other")

    night(1)

    assert not SettlementFile.objects.filter(account=other).exists()
