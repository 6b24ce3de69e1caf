"""The pages that prove a day say how it stands, and lead on whoever may go on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from orders.clock import clock_at
from payments.models import DayBalance, ProviderAccount
from payments.reconciliation.close import close_days
from tests.factories import an_account
from tests.payments.admin.cast import staff
from tests.payments.reconciliation.proving import (
    DAY,
    NEXT,
    a_report,
    agreed,
    at,
    booked,
    told,
)

pytestmark = pytest.mark.django_db
SEE = "payments.view_daybalance"
LIST = reverse("admin:payments_daybalance_changelist")
MONTH = reverse("admin:payments_proof_month", args=["sandbox.GBP"])
PAGE = reverse("admin:payments_proof_day", args=["sandbox.GBP", "2026-11-10"])
CSV = reverse("admin:payments_proof_csv", args=["sandbox.GBP", "2026-11-10"])


@pytest.fixture
def account() -> ProviderAccount:
    return an_account()


@pytest.fixture(autouse=True)
def _two_days_later() -> Iterator[None]:
    with clock_at(lambda: at(DAY + timedelta(days=2))):
        yield


def text(client: Client, address: str) -> str:
    return " ".join(client.get(address).content.decode().split())


def test_a_day_that_agrees_says_so(account: ProviderAccount) -> None:
    agreed(a_report(account), 6000, at(DAY))

    page = text(staff(SEE), PAGE)

    assert "Both sides hold the same, and moved alike." in page
    assert page.count("£60.00") == 10  # drawn and told twice each, and in the table
    assert "till-unexplained" not in page


def test_what_is_left_unexplained_stands_in_words(account: ProviderAccount) -> None:
    told(a_report(account), 2500)

    page = text(staff(SEE), PAGE)

    assert "£25.00 of the difference is explained by nothing." in page
    assert "</span> Unexplained</th>" in page


def test_a_day_without_a_report_says_so(account: ProviderAccount) -> None:
    booked(account, 6000, at(DAY))

    page = text(staff(SEE), PAGE)

    assert "There is no report for this day yet" in page
    assert "Closing in their books" not in page


def test_the_ledger_of_the_day_is_linked_for_who_may_read_it(account: ProviderAccount) -> None:
    agreed(a_report(account), 6000, at(DAY))
    ledger = "?account=provider%3Asandbox&amp;currency=GBP&amp;day=2026-11-10"

    assert ledger not in text(staff(SEE), PAGE)
    assert f"{ledger}&amp;kind__exact=capture" in text(
        staff(SEE, "payments.view_entry", name="reader"), PAGE
    )


@pytest.mark.parametrize("address", [LIST, MONTH, PAGE, CSV])
def test_without_the_permission_nothing_is_shown(account: ProviderAccount, address: str) -> None:
    assert staff("payments.view_entry").get(address).status_code == 403


@pytest.mark.parametrize(
    ("held", "day"),
    [
        ("nobody.GBP", "2026-11-10"),
        ("sandbox.gbp", "2026-11-10"),
        ("sandbox", "2026-11-10"),
        ("sandbox.GBP", "2026-11-31"),
        ("sandbox.GBP", "0001-01-01"),
    ],
)
def test_what_is_no_day_of_an_account_is_no_page(
    account: ProviderAccount, held: str, day: str
) -> None:
    address = reverse("admin:payments_proof_day", args=[held, day])

    assert staff(SEE).get(address).status_code == 404


def test_the_month_marks_each_day(account: ProviderAccount) -> None:
    agreed(a_report(account), 6000, at(DAY))
    told(a_report(account, NEXT), 2500)
    close_days()

    page = text(staff(SEE), MONTH)

    assert page.count("</span> agrees") == 1
    assert page.count("</span> unexplained") == 1
    assert page.count("</span> no report") == 10  # from the 1st to the 9th, and today


def test_a_day_that_nobody_has_looked_at_is_not_called_unexplained(
    account: ProviderAccount,
) -> None:
    told(a_report(account), 2500)

    assert "differs, not proven yet" in text(staff(SEE), MONTH)


def test_another_month_is_asked_for_by_its_name(account: ProviderAccount) -> None:
    client = staff(SEE)

    assert "October 2026" in text(client, f"{MONTH}?month=2026-10")
    assert "This month has not begun." in text(client, f"{MONTH}?month=2027-10")
    assert client.get(f"{MONTH}?month=never").status_code == 404


def test_every_account_stands_with_its_last_report(account: ProviderAccount) -> None:
    agreed(a_report(account), 6000, at(DAY))
    booked(account, 500, at(NEXT))
    close_days()

    page = text(staff(SEE), LIST)

    assert "sandbox, GBP" in page
    assert PAGE in page
    assert page.count("£60.00") == 2


def test_an_account_stands_there_once_a_report_is_read(account: ProviderAccount) -> None:
    told(a_report(account), 6000)

    page = text(staff(SEE), LIST)

    assert PAGE in page
    assert "not written down yet: open the day" in page


def test_the_row_of_a_day_leads_to_its_page(account: ProviderAccount) -> None:
    agreed(a_report(account), 6000, at(DAY))
    close_days()
    row = DayBalance.objects.get(day=DAY)

    answer = staff(SEE).get(reverse("admin:payments_daybalance_change", args=[row.pk]))

    assert answer["Location"] == PAGE


def test_the_file_has_the_table_and_the_reasons(account: ProviderAccount) -> None:
    report = a_report(account, closing={"GBP": 5970})
    agreed(report, 6000, at(DAY))
    told(report, 0, kind="fee", fee=Decimal(30), payout_ref="po_1")

    answer = staff(SEE).get(CSV)

    assert b"".join(answer).decode("utf-8-sig").splitlines() == [
        "Kind,Currency,Ours,Theirs,Difference,How many",
        "Opening,GBP,0.00,0.00,0.00,",
        "Payments,GBP,60.00,60.00,0.00,",
        "Fees,GBP,0.00,-0.30,-0.30,",
        "Closing,GBP,60.00,59.70,-0.30,",
        "Fees that our books do not have yet,GBP,,,-0.30,1",
        "Unexplained,GBP,,,0.00,",
        '"Closing, as their report states it",GBP,,59.70,,',
    ]
    assert (
        answer["Content-Disposition"] == 'attachment; filename="proof-sandbox.GBP-2026-11-10.csv"'
    )


def test_a_page_costs_the_same_however_much_moved(
    account: ProviderAccount, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    report = a_report(account)
    told(report, 100, fee=Decimal(1), payout_ref="po_1")
    for number in range(6):
        agreed(report, 100 + number, at(DAY))
    close_days()
    client = staff(SEE)

    with django_assert_num_queries(20):
        client.get(PAGE)
    with django_assert_num_queries(11):
        client.get(MONTH)
    with django_assert_num_queries(8):
        client.get(LIST)


def test_payments_lead_to_the_proof_and_the_reports() -> None:
    index = reverse("admin:app_list", args=["payments"])

    assert LIST in text(staff(SEE), index)
    assert reverse("admin:payments_reports") in text(
        staff("payments.view_entry", name="reader"), index
    )
