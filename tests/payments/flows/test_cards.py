"""A card at the bank's page: each token ends in the books as it should, found by asking."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from orders.models import Order
from payments.errors import NotPayable
from payments.messages import for_shopper
from payments.models import Attempt, Payment, ProviderAccount, Review
from payments.services.expire import expire_due
from payments.sights import LIVE_MONEY
from tests.factories import later
from tests.payments.flows.cast import (
    A_MINUTE,
    FAILED,
    IN_FLIGHT,
    OPEN,
    PAID,
    a_held_order,
    ask_bank,
    begin,
    books,
    choose,
    pay,
    wait_at_bank,
    work,
)
from tests.payments.shopper import answer_issuer, pay_at_bank, press

pytestmark = pytest.mark.django_db
DECLINES = {
    "generic": "declined",
    "insufficient_funds": "insufficient_funds",
    "expired_card": "expired_card",
    "incorrect_cvc": "incorrect_cvc",
    "lost_card": "lost_card",
    "stolen_card": "lost_card",
    "do_not_honor": "declined",
    "limit_exceeded": "limit_exceeded",
    "processing_error": "processing_error",
}


@pytest.mark.parametrize("token", ["tok_approve", "tok_approve_mastercard"])
def test_an_approved_card_confirms_the_order(account: ProviderAccount, token: str) -> None:
    pay(begin(account), token)

    work()

    assert books() == PAID


@pytest.mark.parametrize("name", DECLINES)
def test_each_decline_leaves_the_order_open_and_says_why(
    account: ProviderAccount, name: str
) -> None:
    pay(begin(account), f"tok_decline_{name}")

    work()

    attempt = Attempt.objects.get()
    assert books() == FAILED
    assert attempt.error_code == DECLINES[name]
    assert "You have not been charged." in str(for_shopper(attempt.error_code, attempt.method))


def test_the_issuer_is_asked_before_the_money_comes(account: ProviderAccount) -> None:
    attempt = begin(account)
    issuer = pay_at_bank(attempt.redirect_url, "tok_3ds")
    work()
    assert books() == IN_FLIGHT

    answer_issuer(account.base_url + issuer)
    work(after=5 * A_MINUTE)

    assert books() == PAID


@pytest.mark.parametrize(
    ("token", "answer"), [("tok_3ds", "refuse"), ("tok_3ds_declined_after", "approve")]
)
def test_an_issuer_that_says_no_leaves_the_order_open(
    account: ProviderAccount, token: str, answer: str
) -> None:
    attempt = begin(account)
    issuer = pay_at_bank(attempt.redirect_url, token)
    answer_issuer(account.base_url + issuer, answer)

    work()

    assert books() == FAILED
    said = "authentication_failed" if answer == "refuse" else "declined"
    assert Attempt.objects.get().error_code == said


def test_who_gives_up_at_the_issuer_takes_another_card(account: ProviderAccount) -> None:
    attempt = begin(account)
    issuer = pay_at_bank(attempt.redirect_url, "tok_3ds")
    answer_issuer(account.base_url + issuer, "cancel")

    pay(attempt)
    work()

    assert books() == PAID


def test_a_cancel_at_the_bank_leaves_the_order_payable(account: ProviderAccount) -> None:
    attempt = begin(account)
    pay_at_bank(attempt.redirect_url, action="cancel")
    work()
    assert books() == OPEN

    pay(choose(attempt, "card"))
    work()

    assert books() == PAID


def test_a_time_out_of_the_page_loses_no_money(account: ProviderAccount) -> None:
    attempt = begin(account)
    answer = press(attempt.redirect_url, card="tok_timeout_captured", action="pay")
    assert answer.status_code == 504

    work()

    assert books() == PAID


@pytest.mark.parametrize(
    ("token", "captured"), [("tok_partial_capture", 3000), ("tok_wrong_amount", 5940)]
)
def test_another_amount_goes_to_a_person_and_is_not_asked_for_again(
    account: ProviderAccount, token: str, captured: int
) -> None:
    attempt = pay(begin(account), token)

    work()

    short = replace(OPEN, payment="partially_paid", captured=captured, reviews=("wrong_amount",))
    assert books() == short
    with pytest.raises(NotPayable):
        choose(attempt, "wallet")
    with later(timedelta(days=30)):
        expire_due()
    assert books() == short


def test_money_in_the_wrong_mode_is_not_ours_and_a_person_looks(account: ProviderAccount) -> None:
    pay(begin(account), "tok_wrong_mode")

    work()

    assert books() == replace(IN_FLIGHT, reviews=("mismatch",))
    assert Review.objects.get().detail == LIVE_MONEY


def test_who_met_the_wrong_mode_can_pay_another_way(account: ProviderAccount) -> None:
    attempt = pay(begin(account), "tok_wrong_mode")
    work()
    choose(attempt, "wallet")
    with later(timedelta(seconds=6)):
        second = choose(attempt, "wallet")

    pay(second, "wal_approve")
    ask_bank(second)

    assert books() == replace(PAID, reviews=("mismatch",))


@pytest.mark.parametrize(
    ("amount", "code"), [(6002, "insufficient_funds"), (6008, "limit_exceeded")]
)
def test_in_xts_the_amount_decides(account: ProviderAccount, amount: int, code: str) -> None:
    pay(begin(account, order=a_held_order(currency="XTS", amount=amount)))

    work()

    assert Payment.objects.get().status == "failed"
    assert Attempt.objects.get().error_code == code


def test_a_card_that_settles_late_is_waited_for(account: ProviderAccount) -> None:
    attempt = pay(begin(account), "tok_late_success_after_void")
    assert ask_bank(attempt).status == "processing"
    with later(timedelta(hours=1)):
        expire_due()
    assert Order.objects.get().state == "open"

    wait_at_bank(attempt, "captured")
    work(after=timedelta(hours=2))

    assert books() == PAID
