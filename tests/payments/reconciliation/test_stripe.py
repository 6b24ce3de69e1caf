"""Stripe's reports, fetched night by night from its stand-in, against what we have booked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from payments.models import Discrepancy, Payout, SettlementFile
from payments.reconciliation import fetch
from payments.services.check_ledger import faults
from tests.payments.reconciliation.books import posted
from tests.payments.reconciliation.stripe_books import (
    A_DAY,
    Stripe,
    a_shop,
    held,
    unsettled,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def stripe() -> Iterator[Stripe]:
    with a_shop() as shop:
        yield shop


def test_what_stripe_has_to_make_first_is_fetched_once_it_is_made(stripe: Stripe) -> None:
    stripe.sells()
    stripe.forward(A_DAY)

    assert (fetch.fetch_reports(), fetch.fetch_reports()) == (0, 0)
    stripe.forward(A_DAY / 100)

    assert fetch.fetch_reports() == 1
    runs = stripe.fake.shelf(stripe.account.merchant_id).of("reporting.report_run")
    assert len(runs) == 4


def test_a_day_of_payments_refunds_and_disputes_agrees_to_the_penny(stripe: Stripe) -> None:
    stripe.gives_back(stripe.sells(6000), 1000)
    disputed = stripe.sells(4500)
    stripe.fake.dispute(stripe.intent(disputed))
    stripe.sees(disputed)
    stripe.fake.bill(stripe.account.merchant_id, 250)

    stripe.night()

    assert (unsettled(), list(faults())) == ([], [])
    assert held() == {"GBP": stripe.balance()}


def test_the_fee_of_each_charge_comes_into_the_ledger(stripe: Stripe) -> None:
    stripe.sells(6000)

    stripe.night()

    assert posted("fee") == {("fees:stripe", "GBP"): 110, ("provider:stripe", "GBP"): -110}


def test_a_payout_days_later_is_proven_by_what_is_in_it(stripe: Stripe) -> None:
    stripe.sells(6000)
    stripe.night()
    name = stripe.pays_out()
    stripe.night()
    stripe.night()

    payout = Payout.objects.get(ref=name)
    assert (payout.amount, payout.lines_net) == (5890, 5890)
    assert payout.sent_at
    assert unsettled() == []
    assert (held(), held("bank")) == ({}, {"GBP": 5890})


def test_what_no_payout_has_yet_is_what_stripe_owes(stripe: Stripe) -> None:
    stripe.sells(6000)
    stripe.night()
    stripe.pays_out()
    stripe.sells(4500)
    stripe.night()
    stripe.night()

    assert Payout.objects.get(ref="").lines_net == stripe.balance() == held()["GBP"]
    assert unsettled() == []


def test_a_payout_that_came_back_is_sent_again_with_the_next(stripe: Stripe) -> None:
    stripe.sells(6000)
    stripe.night()
    failed = stripe.pays_out()
    stripe.night()
    stripe.night()
    stripe.fake.fail_payout(failed)
    stripe.night()
    again = stripe.fake.close_day(stripe.account.merchant_id)
    stripe.night()
    stripe.night()

    sent = dict(Payout.objects.exclude(ref="").values_list("ref", "amount"))
    assert sent == {failed: 0, again: 5890}
    assert unsettled() == []
    assert (held(), held("bank")) == ({}, {"GBP": 5890})


def test_what_was_paid_in_another_currency_is_settled_in_ours(stripe: Stripe) -> None:
    stripe.sells(6000, "USD")
    stripe.sells(5000, "JPY")

    stripe.night()

    assert unsettled() == []
    assert held() == {"GBP": stripe.balance()}
    assert set(held("fx:stripe")) == {"GBP", "JPY", "USD"}


def test_money_that_nobody_here_asked_for_is_asked_about(stripe: Stripe) -> None:
    attempt = stripe.sells()
    charge = next(iter(stripe.fake.shelf(stripe.account.merchant_id).of("charge")))
    with stripe.fake.lock:
        stripe.fake.shelf(stripe.account.merchant_id).objects[charge["payment_intent"]][
            "metadata"
        ] = {}
    attempt.provider_objects.filter(kind="charge").update(object_id="ch_other")

    stripe.night()

    assert ("missing_in_ledger", charge["id"]) in unsettled()


def test_a_run_that_failed_is_told_and_not_asked_for_again(stripe: Stripe) -> None:
    stripe.sells()
    stripe.forward(A_DAY)
    fetch.fetch_reports()
    run = next(iter(stripe.fake.shelf(stripe.account.merchant_id).of("reporting.report_run")))
    stripe.forward(A_DAY / 100)
    with stripe.fake.lock:
        run.update(status="failed", result=None, error="An error occurred.")

    assert (fetch.fetch_reports(), fetch.fetch_reports()) == (0, 0)

    file = SettlementFile.objects.get()
    assert file.state == "refused"
    assert "failed" in file.refused_for
    assert Discrepancy.objects.count() == 0
