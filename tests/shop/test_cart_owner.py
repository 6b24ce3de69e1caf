"""Whose cart it is: guest, signed in, merged, ordered in another tab."""

from __future__ import annotations

import pytest
from django.test import Client

from demo.models import Product
from shop.cart import add_to_cart
from shop.models import Cart, CartLine
from shop.pricing import Wanted
from tests.factories import UserFactory, a_product
from tests.shop.cast import put_in_cart, read

pytestmark = pytest.mark.django_db


def held() -> dict[str, int]:
    return dict(CartLine.objects.values_list("sku", "quantity"))


def test_the_cart_survives_the_login(client: Client, teapot: Product) -> None:
    put_in_cart(client, teapot, 2)
    alice = UserFactory.create()

    client.force_login(alice)
    client.get("/cart/")

    assert held() == {teapot.sku: 2}
    assert Cart.objects.get().user == alice


def test_a_signed_in_shopper_finds_the_cart_in_another_browser(
    client: Client, teapot: Product
) -> None:
    alice = UserFactory.create()
    client.force_login(alice)
    put_in_cart(client, teapot)
    other = Client()
    other.force_login(alice)

    assert "Teapot" in read(other.get("/cart/")).text


def test_at_login_the_cart_takes_in_an_older_one(client: Client, teapot: Product) -> None:
    alice, lamp = UserFactory.create(), a_product(name="Lamp")
    pieces = [Wanted(lamp.sku, 3), Wanted(teapot.sku, 9)]
    add_to_cart(cart=None, user_id=alice.pk, wanted=pieces)
    put_in_cart(client, teapot, 1)

    client.force_login(alice)
    client.get("/cart/")

    assert held() == {teapot.sku: 1, lamp.sku: 3}
    assert Cart.objects.get().user == alice


def test_at_login_two_older_carts_of_the_same_product_make_one_line(
    client: Client, teapot: Product
) -> None:
    alice, lamp = UserFactory.create(), a_product(name="Lamp")
    for quantity in (1, 2):
        add_to_cart(cart=None, user_id=alice.pk, wanted=[Wanted(lamp.sku, quantity)])
    put_in_cart(client, teapot)

    client.force_login(alice)
    client.get("/cart/")

    assert held() == {teapot.sku: 1, lamp.sku: 2}


def test_after_signing_out_the_cart_is_not_shown(client: Client, teapot: Product) -> None:
    client.force_login(UserFactory.create())
    put_in_cart(client, teapot)

    client.logout()

    assert "Your cart is empty" in read(client.get("/cart/")).text


def test_a_cart_ordered_in_another_tab_makes_room_for_a_new_one(teapot: Product) -> None:
    ordered = Cart.objects.create()
    Cart.objects.all().delete()

    cart = add_to_cart(cart=ordered, user_id=None, wanted=[Wanted(teapot.sku, 1)])

    assert cart.pk != ordered.pk
    assert held() == {teapot.sku: 1}
