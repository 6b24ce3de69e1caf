"""Another way to pay before the first has ended: nobody is stuck, nobody pays twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from orders.models import Order
from orders.services.expire import expire_order
from orders.states import OrderState
from payments.errors import NotPayable
from payments.models import Attempt, Payment, ProviderAccount
from payments.services.apply import apply_outcome
from payments.services.close import close_attempt
from payments.services.expire import expire_due
from tests.factories import captured, later
from tests.payments.flows.cast import (
    A_MINUTE,
    IN_FLIGHT,
    PAID,
    ask_bank,
    bank_payment,
    begin,
    books,
    choose,
    leave,
    pay,
    refunds,
    wait_at_bank,
    work,
)

pytestmark = pytest.mark.django_db
AN_HOUR = timedelta(hours=1)
PAID_TWICE = replace(PAID, captured=12000, surplus=6000)


def test_a_page_that_nobody_paid_on_is_closed_at_once(account: ProviderAccount) -> None:
    first = begin(account, "card")

    second = choose(first, "wallet")

    assert bank_payment(first)["status"] == "cancelled"
    assert (second.method, books()) == ("wallet", IN_FLIGHT)


def test_the_second_way_pays_the_order(account: ProviderAccount) -> None:
    second = choose(begin(account, "qr"), "card")

    pay(second)
    ask_bank(second)

    assert books() == PAID


def test_a_payment_that_came_in_meanwhile_is_found_and_nothing_more_is_asked(
    account: ProviderAccount,
) -> None:
    first = pay(begin(account, "card"))

    with pytest.raises(NotPayable):
        choose(first, "wallet")

    assert books() == PAID


def test_a_payment_under_way_is_left_after_five_seconds(account: ProviderAccount) -> None:
    first = pay(begin(account, "bank_debit"), "deb_approve")

    second = leave(first, "card")

    first.refresh_from_db()
    assert first.superseded_at is not None
    assert (second.method, books()) == ("card", IN_FLIGHT)


def test_money_from_the_way_that_was_left_goes_back_by_itself(account: ProviderAccount) -> None:
    first = pay(begin(account, "bank_debit"), "deb_approve")
    ask_bank(pay(leave(first, "card")))
    assert books() == PAID

    wait_at_bank(first, "captured")
    work(after=AN_HOUR * 2)

    assert books() == replace(PAID_TWICE, refunded=6000, mails=("confirmation", "refund"))
    assert refunds() == [("succeeded", 6000)]


def test_money_from_the_first_way_does_not_pay_for_the_second(account: ProviderAccount) -> None:
    first = pay(begin(account, "bank_debit"), "deb_approve")
    leave(first, "card")

    wait_at_bank(first, "captured")
    ask_bank(first)

    left = replace(IN_FLIGHT, captured=6000, surplus=6000, pending=6000)
    assert books() == left
    work()
    assert books() == replace(left, refunded=6000, pending=0, mails=("refund",))


def test_a_late_success_after_a_void_is_found_where_no_webhook_tells_of_it(
    account: ProviderAccount,
) -> None:
    first = pay(begin(account, "card"), "tok_late_success_after_void")
    ask_bank(pay(choose(first, "wallet"), "wal_approve"))
    wait_at_bank(first, "captured")

    work(after=AN_HOUR * 2)

    assert books() == replace(PAID_TWICE, refunded=6000, mails=("confirmation", "refund"))


def test_a_late_success_after_an_order_expired_is_found_and_revives_it(
    account: ProviderAccount,
) -> None:
    first = pay(begin(account, "card"), "tok_late_success_after_void")
    close_attempt(first.pk, source="expiry")
    expire_order(Order.objects.get(), actor="test")
    wait_at_bank(first, "captured")

    work(after=AN_HOUR * 2)

    assert (books().order, books().payment, books().stock) == ("confirmed", "paid", 0)


def test_a_late_success_after_a_void_goes_back_where_another_way_was_taken(
    account: ProviderAccount,
) -> None:
    first = pay(begin(account, "card"), "tok_late_success_after_void")
    second = choose(first, "wallet")
    assert (Attempt.objects.get(pk=first.pk).status, second.method) == ("voided", "wallet")
    ask_bank(pay(second, "wal_approve"))

    wait_at_bank(first, "captured")
    ask_bank(first)
    work()

    assert books() == replace(PAID_TWICE, refunded=6000, mails=("confirmation", "refund"))


def test_a_late_success_after_a_void_pays_the_order_where_no_other_way_was_taken(
    account: ProviderAccount,
) -> None:
    first = pay(begin(account, "card"), "tok_late_success_after_void")
    with later(AN_HOUR):
        expire_due()  # processing is waited for
    wait_at_bank(first, "captured")

    ask_bank(first)

    assert books() == PAID


def test_money_that_a_silent_bank_tells_of_after_a_day_takes_the_goods_again(
    account: ProviderAccount,
) -> None:
    first = pay(begin(account, "card"))
    ProviderAccount.objects.update(base_url="http://127.0.0.1:9")
    with later(timedelta(hours=26)):
        expire_due()
    assert (books().order, books().stock) == ("expired", 2)

    ProviderAccount.objects.update(base_url=account.base_url)
    ask_bank(first)

    assert books() == replace(PAID, mails=("expired", "confirmation"))


def test_money_that_comes_in_two_steps_for_an_expired_order_takes_the_goods_again(
    account: ProviderAccount,
) -> None:
    first = begin(account)
    expire_order(Order.objects.get(), actor="test")

    for amount in (3000, 6000):
        apply_outcome(attempt_id=first.pk, outcome=captured(first, amount), source="test")

    assert refunds() == []
    assert (books().order, books().stock, books().surplus) == ("confirmed", 0, 0)


def test_money_for_an_order_that_staff_cancelled_goes_back(account: ProviderAccount) -> None:
    first = pay(begin(account, "wallet"), "wal_slow")
    Order.objects.get().move_to(OrderState.CANCELLED, actor="staff")
    wait_at_bank(first, "captured")

    ask_bank(first)
    work()

    payment = Payment.objects.get()
    assert (payment.status, payment.surplus, payment.net_refunded) == ("cancelled", 6000, 6000)


def test_three_ways_one_after_another_end_in_one_payment(account: ProviderAccount) -> None:
    first = begin(account, "qr")
    second = choose(first, "wallet")
    third = choose(second, "card")

    ask_bank(pay(third))
    work(after=A_MINUTE)

    assert books() == PAID
    assert [bank_payment(left)["status"] for left in (first, second)] == ["cancelled"] * 2


def test_the_first_way_chosen_again_after_another_is_a_new_attempt(
    account: ProviderAccount,
) -> None:
    first = begin(account, "card")
    choose(first, "wallet")

    again = choose(first, "card")

    assert again.pk != first.pk
    assert books() == IN_FLIGHT


def test_two_tabs_with_the_same_way_share_one_payment_at_the_bank(
    account: ProviderAccount,
) -> None:
    one = begin(account, "card")
    other = choose(one, "card")

    assert other.redirect_url == one.redirect_url
    ask_bank(pay(other))
    assert books() == PAID
