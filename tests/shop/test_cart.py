"""The cart: what it takes, and what it refuses and keeps typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client
from pytest_django import Settings

from demo.models import Product
from shop.models import Cart, CartLine
from tests.factories import a_product
from tests.shop.cast import Typed, put_in_cart, read
from tests.shop.conftest import Limit

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

pytestmark = pytest.mark.django_db


def held() -> dict[str, int]:
    return dict(CartLine.objects.values_list("sku", "quantity"))


def typed_in(response: Answer) -> Typed:
    """SKU -> what stands in its box on the cart page."""
    fields = read(response).form(having="quantity", at="/cart/update/").fields
    skus = [value for name, value in fields if name == "sku"]
    return dict(zip(skus, [value for name, value in fields if name == "quantity"], strict=True))


def test_adding_twice_adds_up(client: Client, teapot: Product) -> None:
    put_in_cart(client, teapot, 2)
    put_in_cart(client, teapot, 3)

    assert held() == {teapot.sku: 5}


def test_one_post_adds_many_products(client: Client, teapot: Product) -> None:
    lamp = a_product(name="Lamp")

    client.post("/cart/add/", {"sku": [teapot.sku, lamp.sku], "quantity": ["1", "4"]})

    assert held() == {teapot.sku: 1, lamp.sku: 4}


def test_a_post_with_one_wrong_line_adds_none(client: Client, teapot: Product) -> None:
    answer = client.post("/cart/add/", {"sku": [teapot.sku, "NONE"], "quantity": ["1", "1"]})

    assert answer.status_code == 400
    assert not CartLine.objects.exists()


def test_fewer_quantities_than_products_are_refused(client: Client, teapot: Product) -> None:
    answer = client.post("/cart/add/", {"sku": [teapot.sku, "B"], "quantity": ["1"]})

    assert answer.status_code == 400
    assert not CartLine.objects.exists()


def test_a_quantity_is_changed(client: Client, teapot: Product) -> None:
    put_in_cart(client, teapot)

    answer = client.post("/cart/update/", {"sku": teapot.sku, "quantity": "7"}, follow=True)

    assert held() == {teapot.sku: 7}
    assert "£294.00" in read(answer).text


def test_a_quantity_of_nothing_removes_the_line(client: Client, teapot: Product) -> None:
    put_in_cart(client, teapot)

    client.post("/cart/update/", {"sku": teapot.sku, "quantity": "0"})

    assert held() == {}


def test_a_line_is_removed_and_a_second_click_changes_nothing(
    client: Client, teapot: Product
) -> None:
    put_in_cart(client, teapot)

    answers = [client.post("/cart/remove/", {"sku": teapot.sku}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert "Your cart is empty" in read(client.get("/cart/")).text


def test_a_cart_keeps_no_price() -> None:
    names = {field.name for model in (Cart, CartLine) for field in model._meta.concrete_fields}

    assert names == {"id", "token", "user", "created_at", "cart", "sku", "quantity"}


def test_the_cart_shows_the_price_of_today(client: Client, teapot: Product) -> None:
    put_in_cart(client, teapot)

    Product.objects.update(price=5000)

    assert "£50.00" in read(client.get("/cart/")).text


def test_another_browser_sees_another_cart(client: Client, teapot: Product) -> None:
    put_in_cart(client, teapot)

    assert "Your cart is empty" in read(Client().get("/cart/")).text


QUANTITIES = {
    "0": "Choose a quantity of at least 1.",
    "-2": "Choose a quantity of at least 1.",
    "two": "A quantity is a whole number.",
    "1.5": "A quantity is a whole number.",
    "": "Say how many pieces.",
    "10000": "You can order at most 9999 pieces of one product.",
    "9" * 30: "You can order at most 9999 pieces of one product.",
    "9" * 5000: "A quantity is a whole number.",
    "1\0": "A quantity is a whole number.",
}


@pytest.mark.parametrize("quantity", QUANTITIES, ids=lambda typed: f"{len(typed)}: {typed[:6]!r}")
def test_a_wrong_quantity_is_not_added(client: Client, teapot: Product, quantity: str) -> None:
    Product.objects.update(stock=20_000)

    answer = put_in_cart(client, teapot, quantity)

    assert (answer.status_code, held()) == (400, {})
    assert QUANTITIES[quantity] in read(answer).text


@pytest.mark.parametrize("quantity", ["-1", "two", "", "10000", "11"])
def test_a_wrong_quantity_changes_no_line_and_stays_typed(
    client: Client, teapot: Product, quantity: str
) -> None:
    lamp = a_product(name="Lamp")
    client.post("/cart/add/", {"sku": [teapot.sku, lamp.sku], "quantity": ["1", "1"]})

    sent = {"sku": [lamp.sku, teapot.sku], "quantity": ["5", quantity]}
    answer = client.post("/cart/update/", sent)

    assert (answer.status_code, held()) == (400, {teapot.sku: 1, lamp.sku: 1})
    assert typed_in(answer) == {teapot.sku: quantity, lamp.sku: "5"}


def test_a_quantity_that_was_added_wrongly_can_be_mended_on_the_page(
    client: Client, teapot: Product
) -> None:
    answer = put_in_cart(client, teapot, "11")

    assert "Only 10 pieces of Teapot are left." in read(answer).text
    assert read(answer).form(having="sku", at="/cart/add/").fields[1:] == [
        ("sku", teapot.sku),
        ("quantity", "11"),
    ]


def test_the_most_pieces_are_a_setting(client: Client, teapot: Product, settings: Settings) -> None:
    settings.SHOP = {**settings.SHOP, "max_quantity": 3}

    answer = put_in_cart(client, teapot, 4)

    assert (answer.status_code, held()) == (400, {})
    assert "You can order at most 3 pieces of one product." in read(answer).text


def test_the_most_lines_are_a_setting(client: Client, teapot: Product, settings: Settings) -> None:
    settings.SHOP = {**settings.SHOP, "max_lines": 1}
    put_in_cart(client, teapot)

    answer = put_in_cart(client, a_product())

    assert (answer.status_code, held()) == (400, {teapot.sku: 1})
    assert "A cart holds at most 1 different products." in read(answer).text


def test_an_unknown_product_is_not_added(client: Client, teapot: Product) -> None:
    answer = client.post("/cart/add/", {"sku": "NONE", "quantity": "1"})

    assert (answer.status_code, held()) == (400, {})
    assert "This product is no longer for sale." in read(answer).text


def test_a_sold_out_product_is_not_added(client: Client, teapot: Product) -> None:
    Product.objects.update(stock=0)

    answer = put_in_cart(client, teapot)

    assert (answer.status_code, held()) == (400, {})
    assert "Teapot is sold out." in read(answer).text


@pytest.mark.parametrize("sku", ["\0", "", "x" * 65, "x" * 100_000], ids=len)
def test_what_is_no_sku_is_refused(client: Client, teapot: Product, sku: str) -> None:
    answer = client.post("/cart/add/", {"sku": sku, "quantity": "1"})

    assert (answer.status_code, held()) == (400, {})


@pytest.mark.parametrize("sku", ["\0", "", "x" * 100_000, "NONE"], ids=len)
def test_removing_what_is_not_there_changes_nothing(
    client: Client, teapot: Product, sku: str
) -> None:
    put_in_cart(client, teapot)

    answer = client.post("/cart/remove/", {"sku": sku})

    assert (answer.status_code, held()) == (302, {teapot.sku: 1})


def test_nothing_chosen_is_refused(client: Client, teapot: Product) -> None:
    answer = client.post("/cart/add/", {})

    assert answer.status_code == 400
    assert "Choose a product to add." in read(answer).text


def test_a_line_that_sold_out_is_marked_and_bars_the_checkout(
    client: Client, teapot: Product
) -> None:
    put_in_cart(client, teapot)
    Product.objects.update(stock=0)

    page = read(client.get("/cart/"))

    assert "Teapot is sold out." in page.text
    assert "/checkout/" not in page.links
    assert client.get("/checkout/")["Location"] == "/cart/"


def test_too_many_clicks_are_refused_and_add_nothing(
    client: Client, teapot: Product, limit: Limit
) -> None:
    limit(cart="1/h")
    put_in_cart(client, teapot)

    answer = put_in_cart(client, teapot, 5)

    assert (answer.status_code, held()) == (429, {teapot.sku: 1})
    assert "Retry-After" in answer
    assert "There were too many requests from your connection." in read(answer).text
    assert ("quantity", "5") in read(answer).form(having="sku", at="/cart/add/").fields


def test_a_form_without_its_token_is_refused_with_a_page_that_says_so(teapot: Product) -> None:
    answer = put_in_cart(Client(enforce_csrf_checks=True), teapot)

    assert (answer.status_code, held()) == (403, {})
    assert "Nothing was lost and nothing was charged" in read(answer).text


@pytest.mark.parametrize("path", ["/", "/cart/", "/checkout/", "/mail/"])
def test_a_page_can_be_asked_for_its_head_alone(shopper: Client, path: str) -> None:
    assert shopper.head(path).status_code == 200


@pytest.mark.parametrize("act", ["add", "update", "remove"])
def test_a_link_changes_no_cart(shopper: Client, act: str) -> None:
    before = held()

    assert shopper.get(f"/cart/{act}/")["Location"] == "/cart/"
    assert held() == before
