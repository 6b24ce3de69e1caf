"""Unpaid orders end by time; money never does."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from pytest_django import Settings

from demo.models import Product
from orders.models import CancellationRequest, Mail, Order
from orders.money import Money
from orders.services.place import LineDraft
from orders.services.stock import StockLine, configured_stock
from orders.states import CancellationState, OrderState
from payments.models import Attempt, Operation, Payment, ProviderAccount, Review
from payments.models.records import ReviewKind
from payments.providers.base import Outcome, Status
from payments.registry import PaymentOption
from payments.services.apply import apply_outcome
from payments.services.expire import GRACE, expire_due
from payments.services.open import open_attempt
from payments.services.poll import poll_due
from payments.services.start import submit_attempt
from payments.states import AttemptStatus, PaymentStatus
from tests.factories import (
    a_payment,
    a_product,
    an_account,
    an_attempt,
    an_order,
    captured,
    later,
    seen,
)
from tests.payments.providers.fake_bank import FakeBank
from tests.payments.services.cast import a_hold, an_expired_order, apply, held
from tests.payments.shopper import pay_at_bank
from tests.payments.wire import a_payment_body

pytestmark = pytest.mark.django_db(transaction=True)
OPEN_FOR = timedelta(minutes=31)


def a_held_order() -> Order:
    """An open order that has taken the last two pieces."""
    product = a_product(stock=2)
    order = an_order(lines=[LineDraft(product.sku, product.name, 2, Money(3000, "GBP"))])
    with transaction.atomic():
        configured_stock().take(ref=order.stock_ref, lines=[StockLine(product.sku, 2)])
    return order


def expired_after(wait: timedelta) -> Order:
    with later(wait):
        expire_due()
    return Order.objects.get()


def test_an_unpaid_order_expires_and_gives_its_goods_back() -> None:
    a_held_order()

    order = expired_after(OPEN_FOR)

    assert order.state == OrderState.EXPIRED
    assert Product.objects.get().stock == 2
    assert Payment.objects.get().status == PaymentStatus.EXPIRED


def test_an_order_does_not_expire_before_its_time() -> None:
    a_held_order()

    assert expired_after(timedelta(minutes=29)).state == OrderState.OPEN


def test_a_paid_order_never_expires() -> None:
    a_payment()

    assert expired_after(timedelta(days=400)).state == OrderState.CONFIRMED


def test_the_shopper_is_told_once_that_the_order_has_expired() -> None:
    a_held_order()

    expired_after(OPEN_FOR)
    expired_after(2 * OPEN_FOR)

    assert Mail.objects.get().kind == "expired"


def test_a_declined_payment_changes_nothing_about_the_time() -> None:
    order = a_held_order()
    before = order.expires_at
    attempt = an_attempt(order, an_account())
    apply_outcome(attempt_id=attempt.pk, outcome=seen(attempt, Status.DECLINED), source="test")

    order.refresh_from_db()
    assert order.expires_at == before


def declined_after(order: Order, minutes: int) -> Order:
    """Begin to pay so much later, in vain."""
    with later(timedelta(minutes=minutes)):
        order = Order.objects.get(pk=order.pk)
        attempt = an_attempt(order, ProviderAccount.objects.first() or an_account())
        apply_outcome(attempt_id=attempt.pk, outcome=seen(attempt, Status.DECLINED), source="test")
    return Order.objects.get(pk=order.pk)


def test_a_payment_begun_in_the_last_minute_gets_a_quarter_of_an_hour() -> None:
    order = declined_after(a_held_order(), minutes=29)

    assert order.expires_at is not None
    assert order.expires_at - order.placed_at > timedelta(minutes=43)


def test_the_quarter_of_an_hour_is_given_once() -> None:
    order = declined_after(declined_after(a_held_order(), minutes=29), minutes=43)

    assert order.expires_at is not None
    assert order.expires_at - order.placed_at < timedelta(minutes=45)


def test_who_hears_late_that_no_money_came_gets_time_to_pay_another_way() -> None:
    attempt = silent(a_held_order())

    with later(timedelta(days=2)):
        told = seen(attempt, Status.DECLINED)
        apply_outcome(attempt_id=attempt.pk, outcome=told, source="webhook")
        expire_due()
        order = Order.objects.get()

    assert order.state == OrderState.OPEN
    assert Mail.objects.get().kind == "payment_failed"


def test_goods_wait_for_a_slow_bank_no_longer_than_the_table_asks() -> None:
    order = a_held_order()
    account = an_account(base_url="http://127.0.0.1:9")
    option = PaymentOption(account.pk, account.code, "bank_debit")
    with transaction.atomic():
        attempt = open_attempt(Payment.objects.get(order=order), option)
    apply_outcome(attempt_id=attempt.pk, outcome=seen(attempt, Status.PROCESSING), source="test")

    for day in range(40):
        with later(timedelta(days=day + 1)):
            poll_due()
            expire_due()

    order.refresh_from_db()
    assert order.state == OrderState.EXPIRED
    assert Review.objects.get().kind == ReviewKind.NO_ANSWER


def silent(order: Order) -> Attempt:
    """An attempt at a bank that does not answer."""
    attempt = an_attempt(order, an_account(base_url="http://127.0.0.1:9"))
    return apply_outcome(
        attempt_id=attempt.pk, outcome=Outcome(status=Status.UNKNOWN), source="test"
    )


def test_goods_are_kept_a_day_longer_for_a_bank_that_does_not_answer() -> None:
    silent(a_held_order())

    assert expired_after(OPEN_FOR).state == OrderState.OPEN


def test_after_the_day_the_goods_go_back_and_the_money_stays_watched() -> None:
    attempt = silent(a_held_order())

    order = expired_after(OPEN_FOR + timedelta(minutes=15) + GRACE)

    attempt.refresh_from_db()
    assert order.state == OrderState.EXPIRED
    assert attempt.status == AttemptStatus.UNKNOWN
    assert attempt.next_poll_at is not None


def test_a_page_nobody_paid_on_is_closed_first(account: ProviderAccount) -> None:
    attempt = submit_attempt(an_attempt(a_held_order(), account))

    order = expired_after(OPEN_FOR)

    attempt.refresh_from_db()
    assert order.state == OrderState.EXPIRED
    assert attempt.status == AttemptStatus.VOIDED
    assert Operation.objects.get(kind="void").status == "succeeded"


def test_money_the_bank_has_not_told_of_confirms_the_order(account: ProviderAccount) -> None:
    attempt = submit_attempt(an_attempt(a_held_order(), account))
    pay_at_bank(attempt.redirect_url, "tok_approve")

    assert expired_after(OPEN_FOR).state == OrderState.CONFIRMED


def test_money_on_its_way_is_waited_for(account: ProviderAccount) -> None:
    option = PaymentOption(account.pk, account.code, "bank_debit")
    order = a_held_order()
    with transaction.atomic():
        attempt = open_attempt(Payment.objects.get(order=order), option)
    pay_at_bank(submit_attempt(attempt).redirect_url, "deb_approve")

    assert expired_after(OPEN_FOR).state == OrderState.OPEN


def test_money_on_its_way_that_has_come_confirms_the_order_in_the_last_minute(
    fake_bank: FakeBank,
) -> None:
    attempt = an_attempt(a_held_order(), an_account(base_url=fake_bank.account.base_url))
    apply_outcome(attempt_id=attempt.pk, outcome=seen(attempt, Status.PROCESSING), source="test")
    fake_bank.says = {"data": [a_payment_body(attempt)]}

    assert expired_after(OPEN_FOR + timedelta(minutes=15) + GRACE).state == OrderState.CONFIRMED


@pytest.fixture
def card_takes_a_week(settings: Settings) -> None:
    settings.PAYMENTS = {**settings.PAYMENTS, "open_minutes_of": {"card": 7 * 24 * 60}}


def test_a_way_to_pay_that_takes_days_keeps_the_order_for_them(card_takes_a_week: None) -> None:
    order = a_held_order()
    an_attempt(order)

    order.refresh_from_db()
    assert order.expires_at == order.placed_at + timedelta(days=7)


def test_choosing_it_again_keeps_the_order_no_longer(card_takes_a_week: None) -> None:
    order = a_held_order()
    attempt = an_attempt(order)
    with later(timedelta(days=6)):
        apply_outcome(attempt_id=attempt.pk, outcome=seen(attempt, Status.VOIDED), source="test")
        an_attempt(order)

    order.refresh_from_db()
    assert order.expires_at == order.placed_at + timedelta(days=7)


def test_another_way_to_pay_keeps_the_order_as_ever() -> None:
    order = a_held_order()
    an_attempt(order)

    order.refresh_from_db()
    assert order.expires_at == order.placed_at + timedelta(minutes=30)


def test_a_bank_that_does_not_answer_after_days_gets_its_day_too(card_takes_a_week: None) -> None:
    silent(a_held_order())

    assert expired_after(timedelta(days=7, hours=1)).state == OrderState.OPEN
    assert expired_after(timedelta(days=8, hours=1)).state == OrderState.EXPIRED


def test_a_silent_provider_gets_its_day_also_where_the_order_was_reopened() -> None:
    """Its hold lapsed after a week, the shopper pays again, and the bank says nothing."""
    an_account(base_url="http://127.0.0.1:9")
    hold = a_hold()
    apply(hold, held(hold))
    with later(timedelta(days=7)):
        apply(hold, seen(hold, Status.EXPIRED, authorized=6000, released=6000))
        again = an_attempt(Order.objects.get())
        apply(again, seen(again, Status.UNKNOWN))

    with later(timedelta(days=8, minutes=1)):
        expire_due()

    assert Order.objects.get().state == OrderState.OPEN


def test_late_money_brings_back_no_order_that_was_to_be_cancelled() -> None:
    with transaction.atomic():
        order, attempt = an_expired_order(stock=2)
    CancellationRequest.objects.create(order=order, state=CancellationState.APPROVED)

    payment = apply(attempt, captured(attempt))

    assert Order.objects.get().state == OrderState.EXPIRED
    assert (payment.surplus, payment.refund_pending) == (6000, 6000)
