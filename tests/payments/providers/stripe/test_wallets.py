"""Alipay and WeChat Pay through Stripe: paid on its page, given back, and no cards."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orders.money import Money
from payments.providers.actions import Redirect
from payments.providers.base import Outcome, RefundRequest, Status
from payments.providers.errors import ProviderRejected
from tests.payments.providers.stripe.cast import Counter, payment_of

WALLETS = ["alipay", "wechat_pay"]


def intent_of(counter: Counter, told: Outcome) -> str:
    return str(counter.fake.told(payment_of(told).value)["payment_intent"])


def shown(counter: Counter, method: str) -> Outcome:
    """The shopper has chosen it on Stripe's page: the wallet or its code is before them."""
    begun = counter.begins(method=method)
    counter.fake.pay(payment_of(begun).value, pay_with=method)
    return begun


def asked(counter: Counter, told: Outcome) -> Outcome:
    return counter.provider.query(payment_of(told))


def paid(counter: Counter, method: str) -> Outcome:
    begun = shown(counter, method)
    counter.fake.answer(intent_of(counter, begun))
    return asked(counter, begun)


@pytest.mark.parametrize("method", WALLETS)
def test_a_wallet_pays_at_once_and_shows_no_card(counter: Counter, method: str) -> None:
    told = paid(counter, method)

    assert (told.status, told.captured) == (Status.CAPTURED, 6000)
    assert (told.card, told.saved_method, told.evidence) == (None, None, {})


@pytest.mark.parametrize("method", WALLETS)
def test_a_part_goes_back_and_the_rest_is_kept(counter: Counter, method: str) -> None:
    sold = paid(counter, method)
    part = RefundRequest(payment_of(sold), "R" + 20 * "1", Money(1500, "GBP"), f"{method}:r", "")

    counter.provider.refund(part)

    (refund,) = asked(counter, sold).refunds
    assert (refund.our_ref, refund.amount) == (part.our_ref, part.amount)


@pytest.mark.parametrize("method", WALLETS)
def test_while_it_is_shown_the_shopper_may_still_pay(counter: Counter, method: str) -> None:
    begun = shown(counter, method)

    told = asked(counter, begun)

    assert (told.status, told.captured, told.error) == (Status.REQUIRES_ACTION, 0, None)
    assert told.next_action == begun.next_action
    assert isinstance(told.next_action, Redirect)


@pytest.mark.parametrize("method", WALLETS)
def test_who_turns_back_in_the_app_was_not_declined_by_a_bank(
    counter: Counter, method: str
) -> None:
    begun = shown(counter, method)
    counter.fake.answer(intent_of(counter, begun), agreed=False)

    told = asked(counter, begun)

    assert told.status == Status.REQUIRES_ACTION  # the page lets them try again
    assert told.error
    assert told.error.code == "cancelled"
    assert told.error.raw == "payment_intent_authentication_failure"


def test_a_code_that_ran_out_says_so(counter: Counter) -> None:
    begun = shown(counter, "wechat_pay")
    counter.fake.let_code_run_out(intent_of(counter, begun))

    told = asked(counter, begun)

    assert told.error
    assert told.error.code == "expired"


@pytest.mark.parametrize("method", WALLETS)
def test_once_another_way_is_chosen_nobody_pays_by_what_is_shown(
    counter: Counter, method: str
) -> None:
    begun = shown(counter, method)

    told = counter.provider.void(payment_of(begun), f"{method}:void")

    assert told.status == Status.VOIDED
    assert counter.fake.told(intent_of(counter, begun))["status"] == "canceled"


@pytest.mark.parametrize("method", WALLETS)
def test_money_that_does_not_come_after_all_is_a_decline(counter: Counter, method: str) -> None:
    begun = shown(counter, method)
    counter.fake.answer(intent_of(counter, begun), agreed=False, after=timedelta(microseconds=1))

    told = asked(counter, begun)

    assert (told.status, told.captured, told.next_action) == (Status.DECLINED, 0, None)


@pytest.mark.parametrize("method", WALLETS)
def test_stripe_is_not_asked_to_hold_or_to_keep(counter: Counter, method: str) -> None:
    (can,) = (each for each in counter.provider.capabilities.methods if each.method == method)

    assert (can.can_hold, can.can_save, can.can_embed) == (False, False, False)


@pytest.mark.parametrize("method", WALLETS)
def test_a_currency_that_is_not_the_accounts_is_refused_with_a_reason(
    counter: Counter, method: str
) -> None:
    with pytest.raises(ProviderRejected) as refusal:
        counter.begins(method=method, amount=Money(6000, "USD"))

    assert refusal.value.failure.raw == "allowed_payment_method_types"


def test_a_currency_that_the_account_cannot_charge_is_an_amount_refused(counter: Counter) -> None:
    counter.fake.limit(counter.account.merchant_id, currencies=["gbp"])

    with pytest.raises(ProviderRejected) as refusal:
        counter.begins(amount=Money(6000, "SEK"))

    assert refusal.value.failure.code == "amount_refused"
    assert refusal.value.failure.raw == "line_items[0][price_data][currency]"


def test_less_than_stripes_least_is_an_amount_refused(counter: Counter) -> None:
    with pytest.raises(ProviderRejected) as refusal:
        counter.begins(amount=Money(29, "GBP"))

    assert refusal.value.failure.code == "amount_refused"
    assert refusal.value.failure.raw.startswith("amount_too_small")
