"""An order on its way through the shop and the real bank, and what the books say in the end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import httpx
from django.db import transaction

from demo.models import Product
from orders.models import Mail, Order
from orders.money import Money
from orders.services.place import LineDraft
from orders.services.stock import StockLine, configured_stock
from payments.models import Attempt, Operation, Payment, ProviderAccount, Review
from payments.registry import PaymentOption, option_by_key
from payments.services.ask import ask
from payments.services.choose import choose_method
from payments.services.inbox import drain_inbox
from payments.services.poll import poll_due
from payments.services.start import submit_attempt
from payments.services.submit import submit_due_operations
from tests.config.waiting import until
from tests.factories import GBP, a_product, an_order, later
from tests.payments.shopper import pay_at_bank, tap

A_MINUTE = timedelta(minutes=1)
TWO_HOURS = timedelta(hours=2)
SIX_SECONDS = timedelta(seconds=6)


@dataclass(frozen=True)
class Books:
    """What we say of an order over 6000 that took the last two pieces of the shelf."""

    order: str
    payment: str
    captured: int = 0
    surplus: int = 0
    refunded: int = 0
    pending: int = 0
    disputed: int = 0
    reserved: int = 0
    stock: int = 0
    reviews: tuple[str, ...] = ()
    mails: tuple[str, ...] = ()


PAID = Books("confirmed", "paid", captured=6000, mails=("confirmation",))
FAILED = Books("open", "failed")
OPEN = Books("open", "open")
IN_FLIGHT = Books("open", "processing", reserved=6000)


def books() -> Books:
    """How it stands with the newest order."""
    payment = Payment.objects.select_related("order").latest("pk")
    reviews = Review.objects.filter(payment=payment).order_by("pk")
    mails = Mail.objects.filter(order=payment.order)
    return Books(
        order=payment.order.state,
        payment=payment.status,
        captured=payment.captured,
        surplus=payment.surplus,
        refunded=payment.net_refunded,
        pending=payment.refund_pending,
        disputed=payment.disputed,
        reserved=payment.reserved,
        stock=Product.objects.latest("pk").stock,
        reviews=tuple(reviews.values_list("kind", flat=True)),
        mails=tuple(mails.order_by("pk").values_list("kind", flat=True)),
    )


def a_held_order(*, amount: int = 6000, currency: str = GBP, **given: Any) -> Order:
    """An open order that has taken the last two pieces."""
    product = a_product(stock=2)
    unit = Money(amount // 2, currency)
    order = an_order(
        lines=[LineDraft(product.sku, product.name, 2, unit)], currency=currency, **given
    )
    with transaction.atomic():
        configured_stock().take(ref=order.stock_ref, lines=[StockLine(product.sku, 2)])
    return order


def begin(account: ProviderAccount, method: str = "card", order: Order | None = None) -> Attempt:
    """Place the order, choose how to pay and be sent on: the attempt stands at the bank."""
    order = order or a_held_order()
    payment = Payment.objects.get(order=order)
    return go_on(payment, option_by_key(f"{account.code}/{method}", payment.due))


def go_on(payment: Payment, option: PaymentOption) -> Attempt:
    """Choose this way to pay, as the page does."""
    attempt, fresh = choose_method(payment_id=payment.pk, option=option)
    return submit_attempt(attempt) if fresh else attempt


def choose(attempt: Attempt, method: str) -> Attempt:
    """Choose another way than that of the attempt."""
    payment = Payment.objects.get(pk=attempt.payment_id)
    return go_on(payment, option_by_key(f"{attempt.account.code}/{method}", payment.due))


def leave(first: Attempt, method: str) -> Attempt:
    """Choose another way, and once more after the five seconds."""
    assert choose(first, method).closing_at
    with later(SIX_SECONDS):
        return choose(first, method)


def pay(attempt: Attempt, token: str = "tok_approve") -> Attempt:
    """Let the shopper pay at the bank, which we do not know of yet."""
    if attempt.qr_content:
        tap(attempt.qr_content, token)
    else:
        pay_at_bank(attempt.redirect_url, token)
    return attempt


def bank_payment(attempt: Attempt) -> dict[str, Any]:
    """The payment as it stands in the bank's book."""
    account = ProviderAccount.objects.get(pk=attempt.account_id)
    key = account.for_provider().secrets["api_key"]
    answer = httpx.get(
        f"{account.base_url}/v1/payments",
        params={"reference": attempt.our_ref},
        headers={"Authorization": f"Bearer {key}"},
        trust_env=False,
    )
    (payment,) = answer.json()["data"]
    found: dict[str, Any] = payment
    return found


def wait_at_bank(attempt: Attempt, status: str) -> None:
    """Wait until the bank's own book says so."""
    says = partial(bank_payment, attempt)
    assert until(lambda: says()["status"] == status, seconds=30), says()


def work(after: timedelta = A_MINUTE) -> None:
    """Let the workers do what is due by then."""
    with later(after):
        drain_inbox()
        poll_due()
        submit_due_operations()


def ask_bank(attempt: Attempt) -> Attempt:
    return ask(attempt.pk, source="test")


def refunds() -> list[tuple[str, int]]:
    """Each refund of ours: where it stands and how much it is."""
    asked = Operation.objects.filter(kind="refund").order_by("pk")
    return list(asked.values_list("status", "amount"))
