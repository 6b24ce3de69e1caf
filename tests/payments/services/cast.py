"""A shop connected to the real bank, and a purchase paid there."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import httpx
from django.db import connection, transaction

from demo.models import Product
from orders.clock import now
from orders.models import Order
from orders.money import Money
from orders.services.expire import expire_order
from orders.services.place import LineDraft
from orders.services.stock import StockLine, configured_stock
from payments.models import Attempt, Operation, Payment, ProviderAccount, Review
from payments.providers.base import Outcome, Status
from payments.registry import PaymentOption
from payments.services.apply import apply_outcome
from payments.services.ask import ask
from payments.services.capture import request_capture
from payments.services.open import open_attempt
from payments.services.start import submit_attempt
from tests.factories import a_product, an_account, an_attempt, an_order, seen
from tests.payments.shopper import pay_at_bank


def bought(account: ProviderAccount, token: str = "tok_approve") -> Attempt:
    attempt = submit_attempt(an_attempt(account=account))
    pay_at_bank(attempt.redirect_url, token)
    return ask(attempt.pk, source="test")


def an_expired_order(*, stock: int) -> tuple[Order, Attempt]:
    """An order over 2 pieces whose time ran out while its attempt was open; `stock` are left."""
    product = a_product(stock=stock + 2)
    order = an_order(lines=[LineDraft(product.sku, product.name, 2, Money(3000, "GBP"))])
    configured_stock().take(ref=order.stock_ref, lines=[StockLine(product.sku, 2)])
    attempt = an_attempt(order)
    expire_order(order, actor="test")
    Product.objects.filter(pk=product.pk).update(stock=stock)
    return order, attempt


def apply(attempt: Attempt, *outcomes: Outcome) -> Payment:
    """Book what is seen of an attempt, one after the other; the payment as it then stands."""
    for outcome in outcomes:
        apply_outcome(attempt_id=attempt.pk, outcome=outcome, source="test")
    return Payment.objects.get(pk=attempt.payment_id)


def at_bank(account: ProviderAccount, reference: str) -> list[dict[str, int]]:
    key = account.for_provider().secrets["api_key"]
    answer = httpx.get(
        f"{account.base_url}/v1/payments",
        params={"reference": reference},
        headers={"Authorization": f"Bearer {key}"},
    )
    found: list[dict[str, int]] = answer.json()["data"]
    return found


def damage(sql: str, *values: str) -> None:
    """Change rows behind the back of the models, which would refuse it."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        assert cursor.rowcount, sql


def tear_out(key: str) -> None:
    """Take an entry out of the ledger."""
    damage(
        "DELETE FROM payments_posting"
        " WHERE entry_id = (SELECT id FROM payments_entry WHERE key = %s)",
        key,
    )
    damage("DELETE FROM payments_entry WHERE key = %s", key)


def a_hold(order: Order | None = None) -> Attempt:
    """An attempt that asks the bank only to hold the money, and has not heard of it yet."""
    account = ProviderAccount.objects.first() or an_account()
    option = PaymentOption(account.pk, account.code, "card", hold=True)
    payment = Payment.objects.get(order=order or an_order())
    with transaction.atomic():
        return open_attempt(payment, option)


def held_at_bank(account: ProviderAccount, token: str = "tok_approve") -> Attempt:
    """A confirmed order whose money the real bank holds."""
    option = PaymentOption(account.pk, account.code, "card", hold=True)
    with transaction.atomic():
        attempt = open_attempt(Payment.objects.get(order=an_order()), option)
    attempt = submit_attempt(attempt)
    pay_at_bank(attempt.redirect_url, token)
    return ask(attempt.pk, source="test")


def capture(attempt: Attempt, amount: int = 6000, *, final: bool = True) -> Operation:
    """What staff ask for; a worker has not sent it yet."""
    operation, _fresh = request_capture(
        payment_id=attempt.payment_id,
        amount=attempt.money(amount),
        final=final,
        request_key=f"test:{amount}:{Operation.objects.count()}",
        requested_by=None,
    )
    return operation


def open_reviews() -> list[str]:
    return list(Review.objects.filter(resolved_at=None).values_list("kind", flat=True))


def held(attempt: Attempt, *, until: datetime | None = None, **facts: int) -> Outcome:
    """What the bank says while it holds all of the money, or what `facts` say."""
    totals = {"authorized": attempt.amount, **facts}
    status = Status.CAPTURED if totals.get("captured") else Status.AUTHORIZED
    return replace(
        seen(attempt, status, **totals), capture_before=until or now() + timedelta(days=7)
    )
