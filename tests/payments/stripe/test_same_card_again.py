"""Whoever has the same card kept twice finds it once, and it can be charged."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from payments.models import Payment, SavedMethod
from payments.registry import option_by_key, payment_options
from payments.services.forget_method import forget_removed_methods
from tests.factories import UserFactory, an_order
from tests.payments.flows.cast import go_on, work
from tests.payments.stripe.cast import VISA, Shop

pytestmark = pytest.mark.django_db
MASTERCARD = "5555555555554444"


@pytest.fixture
def alice(shop: Shop) -> User:
    """Has let Stripe keep her card, twice."""
    user: User = UserFactory.create()
    for _order in range(2):
        keeps(shop, user)
    shop.shopper.force_login(user)
    return user


def keeps(shop: Shop, user: User, number: str = VISA) -> None:
    payment = Payment.objects.get(order=an_order(user_id=user.pk))
    go_on(payment, option_by_key("stripe/card", payment.due, user.pk).saving())
    shop.pays(number)
    work()


def saved_cards(shop: Shop) -> str:
    return shop.shopper.get("/payments/saved/").content.decode()


@pytest.mark.usefixtures("alice")
def test_it_is_shown_once(shop: Shop) -> None:
    assert saved_cards(shop).count("···· 4242") == 1


def test_the_older_is_let_go_and_the_newer_is_charged(shop: Shop, alice: User) -> None:
    older, newer = SavedMethod.objects.order_by("pk")

    forget_removed_methods()
    payment = Payment.objects.get(order=an_order(user_id=alice.pk))
    paid = go_on(payment, payment_options(payment.due, alice.pk)[0])

    older.refresh_from_db()
    assert older.forgotten_at
    assert (paid.saved_method, paid.status) == (newer, "captured")


def test_another_card_stands_beside_it(shop: Shop, alice: User) -> None:
    keeps(shop, alice, MASTERCARD)

    page = saved_cards(shop)

    assert ("···· 4242" in page, "···· 4444" in page) == (True, True)
