"""Races between shoppers, workers and the bank, on real connections: the books always add up."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.db import transaction
from django.db.models import Sum
from django.test import Client

from demo.models import Product, StockMovement
from orders.clock import now
from orders.errors import OutOfStock
from orders.models import Order
from orders.money import Money
from orders.services.place import LineDraft
from orders.services.stock import StockLine, configured_stock
from orders.states import OrderState
from payments.errors import NotPayable
from payments.models import Attempt, Entry, Operation, Payment, ProviderAccount, ProviderCall
from payments.providers.actions import Redirect
from payments.providers.base import Status
from payments.registry import option_by_key
from payments.services.apply import SUMMED, apply_outcome
from payments.services.check_ledger import faults
from payments.services.choose import choose_method
from payments.services.expire import expire_due
from payments.services.inbox import drain_inbox
from payments.services.poll import poll_due
from payments.services.start import submit_attempt
from payments.services.submit import submit_due_operations
from tests.config.waiting import until
from tests.factories import GBP, an_account, an_attempt, an_order, captured, later, seen
from tests.payments.crowd import all_at_once
from tests.payments.flows.cast import a_held_order, ask_bank, bank_payment, begin, choose, pay
from tests.payments.shopper import press_if_open
from tests.payments.wire import a_captured_body, signed

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
ROUNDS = 8
PIECES = 2
HOLDS = {OrderState.OPEN, OrderState.CONFIRMED}
DEAF = "http://127.0.0.1:9"
TOKENS = {"card": {"card": "tok_approve"}, "wallet": {"wallet": "wal_approve"}}


def the_books_add_up(order: Order) -> Payment:
    """What must hold whoever was first; returns the payment for what a test wants of it."""
    payment = Payment.objects.select_related("order").get(order=order)
    attempts = list(payment.attempts.all())
    for column in SUMMED:
        assert getattr(payment, column) == sum(getattr(each, column) for each in attempts), column
    kept = [each for each in attempts if each.captured > each.surplus]
    assert len(kept) <= 1
    assert payment.reserved <= payment.amount
    assert (payment.order.state == OrderState.CONFIRMED) == bool(kept)
    returned = Operation.objects.filter(attempt__payment=payment, kind="refund")
    assert (returned.aggregate(sum=Sum("amount"))["sum"] or 0) == payment.surplus
    assert not list(faults())
    return payment


def nothing_is_lost_from_the_shelf(*orders: Order) -> None:
    """Each piece is on the shelf or held by an order that is open or confirmed."""
    held = 0
    for order in orders:
        order.refresh_from_db()
        moves = StockMovement.objects.filter(ref__startswith=order.number)
        holds = sum(m.quantity if m.direction == "take" else -m.quantity for m in moves)
        assert holds == (PIECES if order.state in HOLDS else 0)
        held += holds
    assert Product.objects.latest("pk").stock + held == PIECES


def settle_all(order: Order) -> None:
    """Let workers find out what became of everything."""
    for attempt in Attempt.objects.filter(payment__order=order):
        ask_bank(attempt)
    with later(timedelta(minutes=2)):
        submit_due_operations()


def or_not_payable(act: Callable[[], object]) -> object:
    try:
        return act()
    except NotPayable:
        return None


def pay_in_tab(order: Order, method: str) -> None:
    """Choose this way, again while the other is being closed, and pay if its page is still open."""
    payment = Payment.objects.get(order=order)
    choose_this = partial(
        choose_method, payment_id=payment.pk, option=option_by_key(f"sandbox/{method}", payment.due)
    )
    tries = [choose_this()]

    def chosen() -> bool:
        if tries[-1][0].closing_at:
            tries.append(choose_this())
        return tries[-1][0].closing_at is None

    assert until(chosen, seconds=30)
    attempt, fresh = tries[-1]
    pay_if_open(submit_attempt(attempt) if fresh else attempt)


def pay_if_open(attempt: Attempt) -> None:
    if attempt.redirect_url:
        press_if_open(attempt.redirect_url, **TOKENS[attempt.method], action="pay")
    ask_bank(attempt)


@pytest.mark.parametrize("_", range(ROUNDS))
def test_two_tabs_that_pay_with_two_methods_pay_once(account: ProviderAccount, _: int) -> None:
    order = a_held_order()
    tabs = [partial(pay_in_tab, order, method) for method in ("card", "wallet")]

    all_at_once(*[partial(or_not_payable, tab) for tab in tabs])
    settle_all(order)

    assert the_books_add_up(order).order.state == OrderState.CONFIRMED
    nothing_is_lost_from_the_shelf(order)


@pytest.mark.parametrize("_", range(ROUNDS))
def test_an_order_expires_or_is_paid_but_never_both(account: ProviderAccount, _: int) -> None:
    order = a_held_order()
    attempt = begin(account, "card", order)
    Order.objects.filter(pk=order.pk).update(expires_at=now())

    all_at_once(expire_due, partial(pay_if_open, attempt), poll_due)
    settle_all(order)

    state = the_books_add_up(order).order.state
    assert state in {OrderState.CONFIRMED, OrderState.EXPIRED}
    nothing_is_lost_from_the_shelf(order)


@pytest.fixture
def deaf(db: None) -> ProviderAccount:
    """An account whose bank answers nobody, so that only our own rows race."""
    return an_account(base_url=DEAF)


def a_silent_order(deaf: ProviderAccount) -> tuple[Order, Attempt]:
    """An order that waited a day in vain, with a payment of which nobody has told us yet."""
    order = a_held_order()
    attempt = an_attempt(order, deaf)
    at_bank = seen(attempt, Status.REQUIRES_ACTION, next_action=Redirect(DEAF))
    apply_outcome(attempt_id=attempt.pk, outcome=at_bank, source="test")
    long_ago = now() - timedelta(hours=26)
    Order.objects.filter(pk=order.pk).update(placed_at=long_ago, expires_at=long_ago)
    return order, attempt


def the_money_comes(attempt: Attempt) -> Attempt:
    return apply_outcome(attempt_id=attempt.pk, outcome=captured(attempt), source="race")


def test_expiry_against_a_late_capture_keeps_goods_and_money_together(
    deaf: ProviderAccount,
) -> None:
    for _ in range(5 * ROUNDS):
        order, attempt = a_silent_order(deaf)

        all_at_once(expire_due, *[partial(the_money_comes, attempt)] * 2)

        assert the_books_add_up(order).order.state == OrderState.CONFIRMED
        nothing_is_lost_from_the_shelf(order)


def test_many_workers_that_see_the_same_capture_post_it_once(deaf: ProviderAccount) -> None:
    for _ in range(ROUNDS):
        order, attempt = a_silent_order(deaf)

        all_at_once(*[partial(the_money_comes, attempt)] * 4)

        assert Entry.objects.filter(attempt=attempt).count() == 1
        the_books_add_up(order)


def buy(product: Product) -> Order | None:
    """A new order for all pieces, or None where they are gone."""
    line = LineDraft(product.sku, product.name, PIECES, Money(3000, GBP))
    try:
        with transaction.atomic():
            order = an_order(lines=[line])
            configured_stock().take(ref=order.stock_ref, lines=[StockLine(product.sku, PIECES)])
    except OutOfStock:
        return None
    return order


def test_goods_that_come_back_go_to_the_late_money_or_to_a_new_order(
    deaf: ProviderAccount,
) -> None:
    for _ in range(5 * ROUNDS):
        order, attempt = a_silent_order(deaf)
        product = Product.objects.latest("pk")
        buyer = partial(buy, product)

        _, *bought, _ = all_at_once(expire_due, buyer, buyer, partial(the_money_comes, attempt))

        winners = [new for new in bought if isinstance(new, Order)]
        assert the_books_add_up(order).surplus == (attempt.amount if winners else 0)
        nothing_is_lost_from_the_shelf(order, *winners)


def tell(attempt: Attempt) -> None:
    """The webhook of the money comes in and is worked on at once."""
    body = json.dumps(a_captured_body(attempt)).encode()
    headers = signed(body, secret="whsec", at=now().timestamp())
    path = f"/payments/hooks/{attempt.account.hook_token}/"
    Client().post(path, body, content_type="application/json", headers=headers)
    drain_inbox()


@pytest.mark.parametrize("waited", [False, True], ids=["at first", "after five seconds"])
def test_a_change_of_method_against_a_webhook_keeps_the_money_or_gives_it_back(
    deaf: ProviderAccount, waited: bool
) -> None:
    for _ in range(3 * ROUNDS):
        order, attempt = a_silent_order(deaf)
        closing_at = now() - timedelta(seconds=10) if waited else None
        Attempt.objects.filter(pk=attempt.pk).update(closing_at=closing_at)

        change = partial(choose, attempt, "wallet")
        all_at_once(partial(tell, attempt), partial(or_not_payable, change))

        payment = the_books_add_up(order)
        left = Attempt.objects.get(pk=attempt.pk).superseded_at is not None
        assert (payment.captured, payment.surplus) == (6000, 6000 if left else 0)


def test_many_workers_send_each_refund_once(account: ProviderAccount) -> None:
    first = pay(begin(account, "card"))
    Attempt.objects.update(superseded_at=now(), reserved=0)
    Payment.objects.update(reserved=0)
    ask_bank(first)

    all_at_once(*[submit_due_operations] * 6)

    assert len(bank_payment(first)["refunds"]) == 1
    assert Payment.objects.get().refunded == 6000


def test_many_workers_ask_about_each_attempt_once(account: ProviderAccount) -> None:
    attempts = [begin(account, "card", a_held_order()) for _ in range(6)]
    ProviderCall.objects.all().delete()

    with later(timedelta(minutes=1)):
        asked = all_at_once(*[poll_due] * 4)

    assert sum(map(int, map(str, asked))) == len(attempts)
    assert ProviderCall.objects.filter(verb="query").count() == len(attempts)
