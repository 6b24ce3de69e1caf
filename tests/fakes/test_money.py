"""The account's money: fees, what is pending, and what reaches the bank."""

from __future__ import annotations

import pytest
import stripe

from tests.fakes.cast import Shop

AT_ONCE = "4000000000000077"


def test_a_charge_is_booked_some_seconds_later(shop: Shop) -> None:
    intent = shop.paid()
    assert shop.charge(intent.id).balance_transaction is None
    shop.clock.forward(seconds=2)
    booked = shop.charge(intent.id).balance_transaction
    assert isinstance(booked, stripe.BalanceTransaction)
    assert (booked.amount, booked.fee, booked.net) == (1500, 43, 1457)
    assert shop.kinds()[-1] == "charge.updated"


def test_synchronous_capture_is_booked_at_once(shop: Shop) -> None:
    shop.paid(payment_intent_data={"capture_method": "automatic"})
    assert shop.money() == [("charge", 1457, 43)]


@pytest.mark.parametrize(("amount", "fee"), [(30, 20), (100, 22), (1500, 43), (99999, 1520)])
def test_the_fee_is_a_share_and_a_fixed_part(shop: Shop, amount: int, fee: int) -> None:
    shop.paid(amount=amount, payment_intent_data={"capture_method": "automatic"})
    assert shop.money() == [("charge", amount - fee, fee)]


def test_foreign_money_is_settled_in_the_account_s_own(shop: Shop) -> None:
    intent = shop.paid(
        amount=1000, currency="eur", payment_intent_data={"capture_method": "automatic"}
    )
    booked = shop.charge(intent.id).balance_transaction
    assert isinstance(booked, stripe.BalanceTransaction)
    assert (booked.amount, booked.currency, booked.exchange_rate) == (880, "gbp", 0.88)


def test_money_is_pending_for_two_days(shop: Shop) -> None:
    shop.paid()
    shop.clock.forward(seconds=2)
    assert [each.amount for each in shop.api.balance.retrieve().pending] == [1457]
    shop.clock.forward(days=2)
    assert [each.amount for each in shop.api.balance.retrieve().available] == [1457]


def test_a_day_pays_out_what_is_available(shop: Shop) -> None:
    intent = shop.paid(AT_ONCE)
    shop.paid()
    shop.clock.forward(seconds=2)
    payout = shop.fake.close_day(shop.merchant.id)
    told = shop.api.payouts.retrieve(payout)
    assert (told.amount, told.status, told.automatic) == (1457, "in_transit", True)
    within = shop.api.balance_transactions.list({"payout": payout}).data
    assert [each.source for each in within] == [payout, shop.charge(intent.id).id]


def test_a_payout_arrives_the_day_after(shop: Shop) -> None:
    shop.paid()
    shop.clock.forward(seconds=2)
    payout = shop.fake.close_day(shop.merchant.id, early=True)
    shop.clock.forward(days=1)
    assert shop.api.payouts.retrieve(payout).status == "paid"
    assert shop.kinds()[-2:] == ["payout.paid", "payout.reconciliation_completed"]


def test_nothing_is_paid_out_twice(shop: Shop) -> None:
    shop.paid(AT_ONCE)
    shop.clock.forward(seconds=2)
    shop.fake.close_day(shop.merchant.id)
    assert shop.fake.close_day(shop.merchant.id) == ""


def test_a_payout_that_failed_is_paid_out_again(shop: Shop) -> None:
    shop.paid(AT_ONCE)
    shop.clock.forward(seconds=2)
    first = shop.fake.close_day(shop.merchant.id)
    shop.fake.fail_payout(first)
    assert shop.api.payouts.retrieve(first).failure_code == "account_closed"
    second = shop.fake.close_day(shop.merchant.id)
    assert shop.api.payouts.retrieve(second).amount == 1457


def test_stripe_bills_what_is_of_no_payment(shop: Shop) -> None:
    shop.fake.bill(shop.merchant.id, 250)
    assert shop.money() == [("stripe_fee", -250, 0)]


def test_payouts_are_found_by_their_arrival(shop: Shop) -> None:
    shop.paid(AT_ONCE)
    shop.clock.forward(seconds=2)
    payout = shop.fake.close_day(shop.merchant.id)
    arrives = shop.api.payouts.retrieve(payout).arrival_date
    assert len(shop.api.payouts.list({"arrival_date": {"gte": arrives}}).data) == 1
    assert shop.api.payouts.list({"arrival_date": {"gt": arrives}}).data == []
