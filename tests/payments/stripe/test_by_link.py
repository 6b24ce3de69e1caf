"""A shop whose shopper pays by Link: the order says so, a hold ends, and what is kept is a card."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings

from payments.models import SavedMethod
from tests.factories import UserFactory
from tests.payments.flows.cast import books
from tests.payments.stripe.cast import PAID, Shop
from tests.shop.cast import check_out, filled_in, put_in_cart, read

pytestmark = pytest.mark.django_db


def pays_by_link(shop: Shop) -> None:
    """On Stripe's page, and comes back."""
    shop.fake.pay(shop.session, pay_with="link")
    shop.page()


def test_what_is_paid_by_link_is_called_that(shop: Shop) -> None:
    shop.orders()
    pays_by_link(shop)

    assert books() == PAID
    page = read(shop.shopper.get(f"/order/{shop.payment.order.link_token}/"))
    assert "Paid by Link" in page.text


def test_a_hold_by_link_has_an_end_of_which_staff_are_warned(
    shop: Shop, settings: Settings
) -> None:
    settings.PAYMENTS = {**settings.PAYMENTS, "capture": "manual"}
    shop.orders()

    pays_by_link(shop)

    assert shop.attempt.status == "authorized"
    assert shop.attempt.capture_before


def test_what_is_kept_by_link_is_a_card_that_is_offered_again(shop: Shop) -> None:
    alice: User = UserFactory.create()
    shop.shopper.force_login(alice)
    put_in_cart(shop.shopper, shop.product)
    wish = {"method": "stripe/card", "save_method": "on"}
    check_out(shop.shopper, filled_in(shop.shopper) | wish)

    pays_by_link(shop)

    assert SavedMethod.objects.get(user=alice).face == "Visa ···· 4242"
