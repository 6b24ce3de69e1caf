"""Stripe's reports, fetched night by night from its stand-in, against what we have booked."""

from __future__ import annotations

import re
from typing import Any

import pytest

from payments.models import Payout
from payments.reconciliation.days import Side
from payments.reconciliation.proof import prove
from payments.services.check_ledger import faults
from payments.services.submit import submit_due_operations
from tests.payments.reconciliation.books import posted, statement
from tests.payments.reconciliation.stripe_books import (
    Stripe,
    held,
    unsettled,
)
from tests.payments.services.cast import capture

pytestmark = pytest.mark.django_db


def test_a_day_of_payments_refunds_and_disputes_agrees_to_the_penny(stripe: Stripe) -> None:
    stripe.gives_back(stripe.sells(6000), 1000)
    disputed = stripe.sells(4500)
    stripe.fake.dispute(stripe.intent(disputed))
    stripe.sees(disputed)
    stripe.fake.bill(stripe.account.merchant_id, 250)

    stripe.night()

    assert (unsettled(), list(faults())) == ([], [])
    assert held() == {"GBP": stripe.balance()}


def test_what_is_captured_in_parts_agrees(stripe: Stripe, settings: Any) -> None:
    settings.PAYMENTS = {**settings.PAYMENTS, "capture": "manual"}
    attempt = stripe.sells(6000)
    for amount, final in ((2000, False), (1500, True)):
        capture(attempt, amount, final=final)
        submit_due_operations()

    stripe.night()

    assert unsettled() == []
    assert posted("capture")["provider:stripe", "GBP"] == 3500
    assert held() == {"GBP": stripe.balance()}


def test_a_refund_that_came_back_agrees(stripe: Stripe) -> None:
    attempt = stripe.sells(6000)
    stripe.gives_back(attempt, 1000)
    refund = attempt.provider_objects.get(kind="refund").object_id
    stripe.fake.fail_refund(refund)
    stripe.sees(attempt)

    stripe.night()

    assert unsettled() == []
    assert posted("refund_reversed")["provider:stripe", "GBP"] == 1000


def test_a_dispute_that_was_won_agrees(stripe: Stripe) -> None:
    attempt = stripe.sells(6000)
    dispute = stripe.fake.dispute(stripe.intent(attempt))
    stripe.sees(attempt)
    stripe.fake.decide(dispute["id"], won=True)
    stripe.sees(attempt)

    stripe.night()

    assert unsettled() == []
    assert held() == {"GBP": stripe.balance()}


def test_no_day_ends_otherwise_than_stripe_says(stripe: Stripe) -> None:
    stripe.sells(6000)
    stripe.night()
    stripe.pays_out()
    stripe.night()
    stripe.night()

    proofs = [prove(Side(stripe.account, "GBP"), day) for day in stripe.days()]

    assert len(proofs) == 6
    assert [proof.stated.closing for proof in proofs][:2] == [5890, 5890]
    assert not any(proof.stated.contradicts for proof in proofs)


@pytest.mark.parametrize("names", ["its id", "STRIPE PAYMENTS UK LTD"])
def test_a_payout_is_found_on_our_bank_s_statement(stripe: Stripe, names: str) -> None:
    stripe.sells(6000)
    stripe.night()
    name = stripe.pays_out()
    stripe.night()
    stripe.night()
    statement((stripe.clock.time.date(), "58.90", name if names == "its id" else names))

    stripe.night()

    assert Payout.objects.get(ref=name).arrived == 5890
    assert unsettled() == []


def test_an_amount_that_was_altered_is_asked_about(stripe: Stripe) -> None:
    attempt = stripe.sells(6000)

    stripe.night_with(lambda text: text.replace("60.00,1.10", "59.00,1.10"))

    assert unsettled() == [("amount", attempt.our_ref)]


def test_a_payment_that_was_left_out_is_missed(stripe: Stripe) -> None:
    left_out, told = stripe.sells(6000), stripe.sells(4500)

    def without(text: str) -> str:
        return "".join(
            line for line in text.splitlines(keepends=True) if left_out.our_ref not in line
        )

    stripe.night_with(without)

    assert told.our_ref != left_out.our_ref
    assert unsettled() == [("missing_in_provider", left_out.our_ref)]


def test_a_payment_that_stands_there_twice_is_asked_about(stripe: Stripe) -> None:
    attempt = stripe.sells(6000)

    def twice(text: str) -> str:
        return "".join(
            line * (1 + (attempt.our_ref in line)) for line in text.splitlines(keepends=True)
        )

    stripe.night_with(twice)

    assert unsettled() == [("duplicate_in_provider", attempt.our_ref)]


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
    stripe.gives_back(stripe.sells(6000, "USD"), 2000)
    disputed = stripe.sells(5000, "JPY")
    stripe.fake.dispute(stripe.intent(disputed), amount=2000)
    stripe.sees(disputed)

    stripe.night()

    assert unsettled() == []
    assert held() == {"GBP": stripe.balance()}
    assert set(held("fx:stripe")) == {"GBP", "JPY", "USD"}


def test_what_stripe_showed_a_shopper_in_their_own_currency_agrees_as_it_was_sold(
    stripe: Stripe,
) -> None:
    attempt = stripe.sells(6000)
    stripe.gives_back(attempt, 1000)
    stripe.fake.dispute(stripe.intent(attempt), amount=2000)
    stripe.sees(attempt)

    stripe.night_with(lambda text: re.sub(r"[0-9.]+,gbp,card", "70.20,eur,card", text))

    assert unsettled() == []
    assert held() == {"GBP": stripe.balance()}


def test_what_was_shown_in_another_currency_than_ours_is_asked_about_and_not_exchanged(
    stripe: Stripe,
) -> None:
    attempt = stripe.sells(6000, "USD")

    stripe.night_with(lambda text: text.replace("60.00,usd,card", "70.20,eur,card"))

    assert unsettled() == [("currency", attempt.our_ref)]
    assert held("fx:stripe") == {}


def test_money_that_nobody_here_asked_for_is_asked_about(stripe: Stripe) -> None:
    """Its metadata are not ours, and its charge is none that we know."""
    attempt = stripe.sells()
    charge = next(iter(stripe.fake.shelf(stripe.account.merchant_id).of("charge")))
    with stripe.fake.lock:
        stripe.fake.shelf(stripe.account.merchant_id).objects[charge["payment_intent"]][
            "metadata"
        ] = {}
    attempt.provider_objects.filter(kind="charge").update(object_id="ch_other")

    stripe.night()

    assert ("missing_in_ledger", charge["id"]) in unsettled()
