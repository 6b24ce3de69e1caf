"""Wallets, QR codes and slow bank debits, found by asking."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from payments.models import Attempt, ProviderAccount
from payments.services.expire import expire_due
from tests.factories import later
from tests.payments.flows.cast import (
    A_MINUTE,
    FAILED,
    IN_FLIGHT,
    OPEN,
    PAID,
    TWO_HOURS,
    ask_bank,
    begin,
    books,
    choose,
    pay,
    wait_at_bank,
    work,
)
from tests.payments.shopper import pay_at_bank, tap

pytestmark = pytest.mark.django_db
SIX_MINUTES = timedelta(minutes=6)
FAILED_LATER = replace(FAILED, mails=("payment_failed",))


def test_a_wallet_confirms_the_order(account: ProviderAccount) -> None:
    pay(begin(account, "wallet"), "wal_approve")

    work()

    assert books() == PAID


def test_a_wallet_that_says_no_leaves_the_order_open(account: ProviderAccount) -> None:
    pay(begin(account, "wallet"), "wal_decline")

    work()

    assert books() == FAILED
    assert Attempt.objects.get().error_code == "wallet_declined"


def test_a_slow_wallet_is_asked_about_until_the_money_is_there(account: ProviderAccount) -> None:
    attempt = pay(begin(account, "wallet"), "wal_slow")
    ask_bank(attempt)
    wait_at_bank(attempt, "captured")

    work()

    assert books() == PAID


def test_a_cancelled_wallet_leaves_the_order_payable(account: ProviderAccount) -> None:
    attempt = begin(account, "wallet")
    pay_at_bank(attempt.redirect_url, "wal_approve", action="cancel")
    ask_bank(attempt)

    pay(choose(attempt, "card"))
    work()

    assert books() == PAID


def test_a_scanned_code_confirms_the_order(account: ProviderAccount) -> None:
    phone = tap(begin(account, "qr").qr_content)

    work(after=timedelta(seconds=7))

    assert books() == PAID
    assert "other screen" in phone


def test_a_scan_that_settles_late_is_waited_for(account: ProviderAccount) -> None:
    attempt = pay(begin(account, "qr"), "qr_approve_late")
    ask_bank(attempt)
    wait_at_bank(attempt, "captured")

    work()

    assert books() == PAID


@pytest.mark.parametrize(("action", "after"), [("qr_decline", FAILED), ("cancel", OPEN)])
def test_who_says_no_on_the_phone_can_pay_another_way(
    account: ProviderAccount, action: str, after: object
) -> None:
    attempt = begin(account, "qr")
    tap(attempt.qr_content, action)
    work()
    assert books() == after

    pay(choose(attempt, "card"))
    work()

    assert books() == PAID


def test_a_code_that_nobody_scanned_is_closed_when_its_time_is_over(
    account: ProviderAccount,
) -> None:
    begin(account, "qr")

    work(after=SIX_MINUTES)

    attempt = Attempt.objects.get()
    assert books() == OPEN
    assert attempt.status == "voided"


def test_a_code_that_ran_out_is_renewed_by_the_same_way_to_pay(account: ProviderAccount) -> None:
    first = begin(account, "qr")
    with later(SIX_MINUTES):
        second = choose(first, "qr")

    pay(second, "qr_approve")
    ask_bank(second)

    assert second.qr_content != first.qr_content
    assert books() == PAID


def test_the_code_that_was_renewed_takes_no_money_any_more(account: ProviderAccount) -> None:
    first = begin(account, "qr")
    with later(SIX_MINUTES):
        choose(first, "qr")

    with pytest.raises(AssertionError):
        tap(first.qr_content)


def test_a_bank_debit_is_kept_for_the_shopper_until_it_settles(account: ProviderAccount) -> None:
    attempt = pay(begin(account, "bank_debit"), "deb_approve")
    assert ask_bank(attempt).status == "processing"
    with later(timedelta(days=2)):
        expire_due()
    assert books() == IN_FLIGHT

    wait_at_bank(attempt, "captured")
    work(after=timedelta(days=3))

    assert books() == PAID


def test_a_debit_that_is_returned_is_told_by_mail_and_the_order_can_be_paid(
    account: ProviderAccount,
) -> None:
    attempt = pay(begin(account, "bank_debit"), "deb_return")
    ask_bank(attempt)
    wait_at_bank(attempt, "declined")
    work(after=TWO_HOURS)
    assert books() == FAILED_LATER

    pay(choose(attempt, "card"))
    work(after=TWO_HOURS + A_MINUTE)

    assert books() == replace(PAID, mails=("payment_failed", "confirmation"))


def test_a_closed_tab_loses_nothing(account: ProviderAccount) -> None:
    attempt = begin(account, "wallet")
    pay_at_bank(attempt.redirect_url, "wal_approve")  # and the tab is closed before it comes back

    work()

    assert books() == PAID
