"""A site where nobody can sign in sells all the same."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings

from demo.models import Product
from orders.models import Order
from payments.models import ProviderAccount
from tests.factories import a_payment
from tests.shop.cast import check_out, put_in_cart, read

pytestmark = pytest.mark.django_db
SIGN_IN = "django.contrib.auth.middleware.AuthenticationMiddleware"


@pytest.fixture(autouse=True)
def _nobody_signs_in(settings: Settings) -> None:
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name != SIGN_IN]


def test_the_cart_holds_what_was_put_in(client: Client, teapot: Product) -> None:
    put_in_cart(client, teapot)

    assert "Teapot" in read(client.get("/cart/")).text


def test_another_page_counts_the_cart(client: Client, teapot: Product) -> None:
    put_in_cart(client, teapot)

    assert client.get("/mail/").status_code == 200


def test_an_order_is_placed_for_nobody_in_particular(
    client: Client, teapot: Product, deaf_bank: ProviderAccount
) -> None:
    put_in_cart(client, teapot)

    assert check_out(client).status_code == 303
    assert Order.objects.get().user_id is None


@pytest.mark.parametrize("view", ["/order/{order.link_token}/", "/payments/pay/{token}/return/"])
def test_the_pages_of_an_order_open(client: Client, view: str) -> None:
    payment = a_payment()

    path = view.format(order=payment.order, token=payment.token)

    assert client.get(path, follow=True).status_code == 200
