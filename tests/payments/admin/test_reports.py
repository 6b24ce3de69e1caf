"""Reports add up the ledger by period, method and currency, as a page and as a file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from orders.clock import clock_at
from payments.admin.reports.bars import HEIGHT, WIDTH, chart
from payments.models import ProviderAccount
from payments.reports import Column, Line, Span, Step, periods, report
from payments.states import EntryKind
from tests.factories import an_account
from tests.payments.admin.cast import staff
from tests.payments.reconciliation.proving import DAY, NEXT, a_payout, at, booked, of_payout

SEE = "payments.view_entry"
PAGE = reverse("admin:payments_reports")
CSV = reverse("admin:payments_reports_csv")
DAYS = f"?first={DAY}&last={NEXT}"
COLUMNS = "Sales,Refunds,Disputes,Fees,Payouts,Exchanged,Adjustments"
WEEKS = Span(date(2026, 11, 4), date(2026, 11, 17), Step.WEEK)


@pytest.fixture
def account(db: None) -> ProviderAccount:
    return an_account()


@pytest.fixture(autouse=True)
def _two_days_later() -> Iterator[None]:
    with clock_at(lambda: at(DAY + timedelta(days=2))):
        yield


def refunded(sale: int, back: int, account: ProviderAccount) -> None:
    entry = booked(account, sale, at(DAY))
    given = {"kind": EntryKind.REFUND, "attempt": entry.attempt}
    booked(account, -back, at(NEXT), **given)


def text(client: Client, address: str) -> str:
    return " ".join(client.get(address).content.decode().split())


def test_sales_and_refunds_stand_by_day_and_method(account: ProviderAccount) -> None:
    refunded(6000, 1500, account)

    found = report(Span(DAY, NEXT, Step.DAY))

    assert found.payments == [
        Line(DAY, "GBP", "card", {Column.SALES: 6000}),
        Line(NEXT, "GBP", "card", {Column.REFUNDS: -1500}),
    ]


def test_fees_and_payouts_stand_by_provider_account(account: ProviderAccount) -> None:
    payout = a_payout(account)
    of_payout(payout, EntryKind.FEE, -30, moment=at(DAY))
    of_payout(payout, EntryKind.PAYOUT, -970, moment=at(NEXT))

    found = report(Span(DAY, NEXT, Step.MONTH))

    sums = {Column.FEES: -30, Column.PAYOUTS: -970}
    assert found.accounts == [Line(DAY, "GBP", "sandbox", sums)]


@pytest.mark.django_db
def test_a_day_is_that_of_the_site(account: ProviderAccount) -> None:
    booked(account, 6000, at(DAY, time(23, 59)))

    assert report(Span(NEXT, NEXT, Step.DAY)).payments == []
    assert len(report(Span(DAY, DAY, Step.DAY)).payments) == 1


@pytest.mark.django_db
def test_one_statement_adds_it_all_up(
    account: ProviderAccount, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(4):
        booked(account, 100 + number, at(DAY))

    with django_assert_num_queries(1):
        report(Span(DAY, NEXT, Step.DAY))


def test_periods_begin_with_the_span_then_with_the_week_or_month() -> None:
    assert list(periods(WEEKS)) == [date(2026, 11, 4), date(2026, 11, 9), date(2026, 11, 16)]
    months = Span(date(2026, 11, 4), date(2027, 1, 1), Step.MONTH)
    assert list(periods(months)) == [date(2026, 11, 4), date(2026, 12, 1), date(2027, 1, 1)]


def test_the_page_has_the_totals_and_says_its_zone(account: ProviderAccount) -> None:
    refunded(6000, 1500, account)

    page = text(staff(SEE), PAGE + DAYS)

    assert '<td class="till-number">£45.00</td>' in page
    assert "(UTC)" in page


def test_fees_and_payouts_have_their_own_charts(account: ProviderAccount) -> None:
    payout = a_payout(account)
    of_payout(payout, EntryKind.FEE, -30, moment=at(DAY))
    of_payout(payout, EntryKind.FEE, 10, moment=at(NEXT))
    of_payout(payout, EntryKind.PAYOUT, -970, moment=at(NEXT))

    page = text(staff(SEE), PAGE + DAYS)

    assert "Above the line fees, the most in one period £0.30." in page
    assert "Below it what came back, the most in one period -£0.10." in page
    assert "Above the line payouts, the most in one period £9.70." in page
    assert "Sales, refunds and disputes in" not in page


def test_without_days_it_is_the_last_thirty(account: ProviderAccount) -> None:
    page = text(staff(SEE), PAGE)

    assert 'value="2026-10-14"' in page
    assert 'value="2026-11-12"' in page
    assert "No money moved in these days." in page


def test_a_method_leaves_out_what_is_of_no_method(account: ProviderAccount) -> None:
    refunded(6000, 1500, account)
    of_payout(a_payout(account), EntryKind.FEE, -30, moment=at(DAY))
    client = staff(SEE)

    assert "Provider accounts" not in text(client, f"{PAGE}{DAYS}&method=card")
    assert "No money moved" in text(client, f"{PAGE}{DAYS}&method=wallet")
    assert "No money moved" in text(client, f"{PAGE}{DAYS}&currency=JPY")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("?first=2026-11-10&last=2026-11-09", "The last day is before the first."),
        ("?first=2024-11-10&last=2026-11-10", "Choose at most 400 days."),
        ("?first=0001-01-01&last=2026-11-10", "Choose a day of this century."),
        ("?first=then&last=2026-11-10", "Enter a valid date."),
    ],
)
def test_days_that_make_no_sense_are_refused(
    account: ProviderAccount, asked: str, said: str
) -> None:
    client = staff(SEE)

    assert said in text(client, PAGE + asked)
    assert client.get(CSV + asked).status_code == 400


def test_the_file_has_a_line_for_each_method_and_account(account: ProviderAccount) -> None:
    refunded(6000, 1500, account)
    of_payout(a_payout(account), EntryKind.FEE, -30, moment=at(DAY))

    answer = staff(SEE).get(CSV + DAYS)

    assert b"".join(answer).decode("utf-8-sig").splitlines() == [
        f"Beginning,Currency,Method,Provider account,{COLUMNS}",
        "2026-11-10,GBP,card,,60.00,0.00,0.00,0.00,0.00,0.00,0.00",
        "2026-11-11,GBP,card,,0.00,-15.00,0.00,0.00,0.00,0.00,0.00",
        "2026-11-10,GBP,,sandbox,0.00,0.00,0.00,-0.30,0.00,0.00,0.00",
    ]


@pytest.mark.parametrize("address", [PAGE, CSV])
def test_who_may_not_read_the_ledger_gets_no_report(account: ProviderAccount, address: str) -> None:
    assert staff("payments.view_daybalance").get(address).status_code == 403


@given(st.lists(st.tuples(st.integers(0, 10**12), st.integers(-(10**12), 0)), max_size=400))
def test_every_bar_is_within_the_drawing(sums: list[tuple[int, int]]) -> None:
    drawing = chart([came for came, _ in sums], [went for _, went in sums])

    for bar, (came, went) in zip(drawing.bars, sums, strict=True):
        assert 0 <= bar.x <= WIDTH - drawing.bar_width + 0.02
        assert bar.up_y >= -0.81
        assert drawing.line + bar.down <= HEIGHT + 0.82
        assert (bool(bar.up), bool(bar.down)) == (bool(came), bool(went))
