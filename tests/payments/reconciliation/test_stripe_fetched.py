"""How a day's report comes from Stripe, which makes it first, and what is no such report."""

from __future__ import annotations

import pytest

from payments.models import Discrepancy, SettlementFile
from payments.reconciliation import fetch
from tests.payments.reconciliation.stripe_books import (
    A_DAY,
    MONDAY,
    Stripe,
)

pytestmark = pytest.mark.django_db


def test_what_stripe_has_to_make_first_is_fetched_once_it_is_made(stripe: Stripe) -> None:
    stripe.sells()
    stripe.forward(A_DAY)

    assert (fetch.fetch_reports(), fetch.fetch_reports()) == (0, 0)
    stripe.forward(A_DAY / 100)

    assert fetch.fetch_reports() == 1
    runs = stripe.fake.shelf(stripe.account.merchant_id).of("reporting.report_run")
    assert len(runs) == 4


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("acct_", "acct_x"), "it is of the account"),
        (("#mode,test", "#mode,live"), "it is of the mode live"),
        (("#end", ""), "The file breaks off"),
        ((f"{MONDAY.date()},", f"{(MONDAY - A_DAY).date()},"), "it is about"),
    ],
)
def test_a_file_that_is_not_what_was_asked_for_is_refused(
    stripe: Stripe, change: tuple[str, str], why: str
) -> None:
    stripe.sells()

    file = stripe.night_with(lambda text: text.replace(*change))

    assert file.state == "refused"
    assert file.refused_for.startswith(why)


def test_a_report_that_stripe_failed_to_make_is_asked_for_anew(stripe: Stripe) -> None:
    stripe.sells()
    stripe.forward(A_DAY)
    fetch.fetch_reports()
    stripe.fake.fail_reports(stripe.account.merchant_id)

    fetch.fetch_reports()
    stripe.forward(A_DAY / 100)

    assert fetch.fetch_reports() == 1


def test_a_report_that_fails_each_time_is_told_to_staff_and_asked_for_no_more(
    stripe: Stripe,
) -> None:
    stripe.sells()
    stripe.forward(A_DAY)
    for _time in range(5):
        fetch.fetch_reports()
        stripe.fake.fail_reports(stripe.account.merchant_id)

    file = SettlementFile.objects.get()
    assert file.state == "refused"
    assert "failed: An error occurred." in file.refused_for
    assert Discrepancy.objects.count() == 0


def test_a_file_that_broke_off_on_its_way_is_fetched_again(stripe: Stripe) -> None:
    stripe.sells()
    stripe.forward(A_DAY)
    fetch.fetch_reports()
    stripe.forward(A_DAY / 100)
    file = next(iter(stripe.fake.shelf(stripe.account.merchant_id).of("file")))

    file["size"] += 1
    assert (fetch.fetch_reports(), SettlementFile.objects.count()) == (0, 0)
    file["size"] -= 1

    assert fetch.fetch_reports() == 1
