"""The small cast of the tests: rows made through the services, with overrides by keyword."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from factory.declarations import LazyAttribute, Sequence
from factory.django import DjangoModelFactory

from demo.models import Product
from orders.clock import clock_at, now
from orders.models import Order
from orders.money import Money
from orders.services.place import AddressDraft, LineDraft, OrderDraft, place_order
from payments.models import Attempt, Payment, ProviderAccount
from payments.providers.base import Outcome, RefundSeen, RefundStatus, Status
from payments.registry import PaymentOption
from payments.services.apply import apply_outcome
from payments.services.open import open_attempt, open_payment

GBP = "GBP"


@contextmanager
def later(by: timedelta) -> Iterator[None]:
    """Let the clock stand so much later than it is."""
    moment = now() + by
    with clock_at(lambda: moment):
        yield


_keys = itertools.count(1)


class ProductFactory(DjangoModelFactory[Product]):
    class Meta:
        model = Product

    sku = Sequence(lambda n: f"SKU-{n}")
    slug = Sequence(lambda n: f"thing-{n}")
    name = Sequence(lambda n: f"Thing {n}")
    price = 1000
    stock = 100


class UserFactory(DjangoModelFactory[Any]):
    class Meta:
        model = get_user_model()

    username = Sequence(lambda n: f"user{n}")
    email = LazyAttribute(lambda user: f"{user.username}@example.com")


def a_product(**given: Any) -> Product:
    product: Product = ProductFactory.create(**given)
    return product


def an_account(**given: Any) -> ProviderAccount:
    """A sandbox account that no bank knows: for what never calls out."""
    values = {"code": "sandbox", "provider": "sandbox", "merchant_id": "mer_test"} | given
    account = ProviderAccount(**values)
    account.set_secrets({"api_key": "key", "webhook_secret": "whsec"})
    account.save()
    return account


ALICE = AddressDraft(
    name="Alice Archer", line1="1 Mill Lane", city="Leeds", country="GB", postcode="LS1 4AB"
)


def an_order(*, amount: int = 6000, currency: str = GBP, **given: Any) -> Order:
    """An open order of one line, with its payment."""
    values: dict[str, Any] = {
        "checkout_key": f"key-{next(_keys)}",
        "currency": currency,
        "email": "alice@example.com",
        "language": "en",
        "lines": [LineDraft("TEAPOT", "Teapot", 1, Money(amount, currency))],
        "address": ALICE,
    }
    with transaction.atomic():
        order = place_order(OrderDraft(**(values | given)))
        open_payment(order)
    return order


def an_attempt(order: Order | None = None, account: ProviderAccount | None = None) -> Attempt:
    """An attempt over the whole amount, reserved and about to be sent."""
    order = order or an_order()
    account = account or ProviderAccount.objects.first() or an_account()
    option = PaymentOption(account.pk, account.code, "card")
    with transaction.atomic():
        return open_attempt(Payment.objects.get(order=order), option)


def seen(attempt: Attempt, status: Status, **facts: Any) -> Outcome:
    """What the provider says of an attempt; totals default to nothing."""
    return Outcome(
        status=status,
        our_ref=attempt.our_ref,
        amount=Money(attempt.amount, attempt.payment.currency),
        mode="test",
        merchant_id=attempt.account.merchant_id,
        **facts,
    )


def captured(attempt: Attempt, amount: int | None = None, **facts: Any) -> Outcome:
    whole = attempt.amount if amount is None else amount
    return seen(attempt, Status.CAPTURED, authorized=whole, captured=whole, **facts)


def a_refund_seen(
    amount: int, *, our_ref: str = "", status: RefundStatus = RefundStatus.SUCCEEDED
) -> RefundSeen:
    provider_id = f"re_{our_ref or next(_keys)}"
    return RefundSeen(provider_id, our_ref, Money(amount, GBP), status)


def a_payment(*, amount: int = 6000) -> Payment:
    """A paid payment with one captured attempt."""
    attempt = an_attempt(an_order(amount=amount))
    apply_outcome(attempt_id=attempt.pk, outcome=captured(attempt), source="test")
    return Payment.objects.get(pk=attempt.payment_id)
