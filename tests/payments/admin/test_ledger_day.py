"""The ledger of a day, and all that is filtered as a file."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from orders.admin import FactsAdmin
from payments.models import Posting, ProviderAccount
from payments.states import EntryKind
from tests.factories import an_account
from tests.payments.admin.cast import staff
from tests.payments.reconciliation.proving import (
    DAY,
    NEXT,
    a_payout,
    a_report,
    at,
    booked,
    of_payout,
    told,
)

pytestmark = pytest.mark.django_db
SEE = "payments.view_entry"
LIST = reverse("admin:payments_entry_changelist")
CSV = reverse("admin:payments_entry_csv")


@pytest.fixture
def account() -> ProviderAccount:
    return an_account()


def keys(address: str, name: str = "clerk") -> list[str]:
    found = staff(SEE, name=name).get(address).context["cl"].result_list
    return sorted(entry.key for entry in found)


def lines(address: str) -> list[str]:
    return b"".join(staff(SEE).get(address)).decode("utf-8-sig").splitlines()


def test_a_day_is_found_by_its_date(account: ProviderAccount) -> None:
    mine = booked(account, 6000, at(DAY))
    booked(account, 500, at(NEXT))

    assert keys(f"{LIST}?day={DAY}") == [mine.key]


def test_with_an_account_it_is_the_day_of_its_reports(account: ProviderAccount) -> None:
    ProviderAccount.objects.update(report_zone="Asia/Shanghai")
    mine = booked(account, 6000, at(DAY, time(16, 30)))

    assert keys(f"{LIST}?account=provider:sandbox&day={NEXT}") == [mine.key]
    assert keys(f"{LIST}?account=provider:other&day={DAY}", "other") == []


@pytest.mark.parametrize("day", ["never", "9999-12-31", "0001-01-01"])
def test_what_is_no_day_finds_nothing(account: ProviderAccount, day: str) -> None:
    booked(account, 6000, at(DAY))

    assert keys(f"{LIST}?day={day}") == []


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_nor_does_a_day_that_no_zone_has(account: ProviderAccount, day: str) -> None:
    ProviderAccount.objects.update(report_zone="Asia/Shanghai")
    booked(account, 6000, at(DAY))

    assert keys(f"{LIST}?account=provider:sandbox&day={day}") == []


def test_without_an_account_a_day_is_that_of_the_shop(account: ProviderAccount) -> None:
    ProviderAccount.objects.update(report_zone="America/Los_Angeles")
    mine = booked(account, 6000, at(DAY, time(16, 30)))

    with timezone.override("Asia/Shanghai"):
        assert keys(f"{LIST}?day={NEXT}") == [mine.key]
        assert keys(f"{LIST}?day={DAY}", "other") == []


def test_without_a_day_all_that_moved_an_account_is_found(account: ProviderAccount) -> None:
    mine = booked(account, 6000, at(DAY))
    payout = of_payout(a_payout(account), EntryKind.PAYOUT, -30, moment=at(NEXT))

    assert keys(LIST) == sorted([mine.key, payout.key])
    assert keys(f"{LIST}?account=bank", "other") == [payout.key]


def test_a_currency_is_that_in_which_the_account_was_moved(account: ProviderAccount) -> None:
    dollars = booked(account, 6000, at(DAY), currency="USD")
    exchange = booked(account, 500, at(DAY))
    Posting.objects.create(entry=exchange, account="fx:sandbox", currency="USD", amount=600)

    of_account = f"{LIST}?account=provider:sandbox&currency="
    assert keys(f"{of_account}USD") == [dollars.key]
    assert keys(f"{of_account}GBP", "other") == [exchange.key]
    assert keys(f"{LIST}?currency=USD", "third") == sorted([dollars.key, exchange.key])


@pytest.mark.parametrize("day", ["never", DAY - timedelta(days=1)])
def test_without_lines_by_then_no_payout_is_found(
    account: ProviderAccount, day: date | str
) -> None:
    told(a_report(account), 0, kind="fee", fee=Decimal(30), payout_ref="po_1")
    of_payout(a_payout(account), EntryKind.FEE, -30, moment=at(NEXT))

    assert keys(f"{LIST}?lines_until={day}") == []


def counts(page: str) -> list[str]:
    """How many there are, as often as the page says so, and whether it would show all."""
    return re.findall(r"(\d+ (?:results?|ledger entr\w+)|Show all)", page)


def test_what_is_not_counted_to_its_end_has_no_number(
    account: ProviderAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FactsAdmin, "list_per_page", 1)
    monkeypatch.setattr("orders.admin.LOOK_AHEAD", 1)
    for _ in range(3):
        booked(account, 6000, at(DAY))
    clerk = staff(SEE)

    page, last = (clerk.get(f"{LIST}?day={DAY}&p={n}").content.decode() for n in (1, 3))

    assert ("There are more" in page, counts(page)) == (True, [])
    assert "?day=2026-11-10&amp;p=2" in page
    counted = ["3 results", "Show all", "3 ledger entries", "Show all"]
    assert ("There are more" in last, counts(last)) == (False, counted)


def test_only_what_is_narrowed_leads_to_all_there_is(account: ProviderAccount) -> None:
    for day in (DAY, DAY, NEXT):
        booked(account, 6000, at(day))
    clerk = staff(SEE)

    narrowed, whole = (clerk.get(LIST + asked).content.decode() for asked in (f"?day={DAY}", ""))

    assert counts(narrowed) == ["2 results", "Show all", "2 ledger entries"]
    assert counts(whole) == ["3 ledger entries"]


def test_the_file_has_every_posting_of_what_is_filtered(account: ProviderAccount) -> None:
    payout = a_payout(account, ref="=po_1")
    fee = of_payout(payout, EntryKind.FEE, -30, moment=at(DAY))
    booked(account, 500, at(NEXT))

    booked_at = "2026-11-10T12:00:00+00:00"
    assert lines(f"{CSV}?day={DAY}") == [
        "Booked,Kind,Key,Reference,Order,Account,Currency,Amount",
        f"{booked_at},fees,{fee.key},'=po_1,,fees:sandbox,GBP,0.30",
        f"{booked_at},fees,{fee.key},'=po_1,,provider:sandbox,GBP,-0.30",
    ]


def test_a_long_file_costs_as_many_statements(
    account: ProviderAccount, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(30):
        booked(account, 100 + number, at(DAY))
    client = staff(SEE)

    with django_assert_num_queries(7):
        assert len(b"".join(client.get(CSV)).splitlines()) == 61


def test_the_list_leads_to_the_file_of_what_it_shows(account: ProviderAccount) -> None:
    booked(account, 6000, at(DAY))

    page = staff(SEE).get(f"{LIST}?day={DAY}").content.decode()

    assert f'href="{CSV}?day={DAY}"' in page


def test_who_may_not_read_the_ledger_gets_no_file(account: ProviderAccount) -> None:
    assert staff("payments.view_daybalance").get(CSV).status_code == 403


def test_a_filter_that_makes_no_sense_is_refused(account: ProviderAccount) -> None:
    assert staff(SEE).get(f"{CSV}?nonsense__exact=1").status_code == 400
