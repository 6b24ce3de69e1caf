"""What a shopper changes by one button: pieces, lines, and the total of a checkout not yet sent."""

from __future__ import annotations

import pytest
from django.test import Client

from demo.models import Product
from payments.models import ProviderAccount
from shop.models import CartLine
from tests.shop.cast import check_out, filled_in, kept, nothing_happened, put_in_cart, read

pytestmark = pytest.mark.django_db


def held() -> dict[str, int]:
    return dict(CartLine.objects.values_list("sku", "quantity"))


@pytest.mark.parametrize("button", ["more", "less"])
def test_a_step_changes_its_line_by_one(client: Client, teapot: Product, button: str) -> None:
    put_in_cart(client, teapot, 2)

    client.post("/cart/update/", {"sku": teapot.sku, "quantity": "2", button: teapot.sku})

    assert held() == {teapot.sku: {"more": 3, "less": 1}[button]}


def test_a_refused_quantity_is_explained_at_its_line(client: Client, teapot: Product) -> None:
    put_in_cart(client, teapot)

    answer = client.post("/cart/update/", {"sku": teapot.sku, "quantity": "11"})

    assert 'id="problem-1">Only 10 pieces of Teapot are left.' in answer.content.decode()


def test_what_was_removed_is_put_back_with_all_its_pieces(client: Client, teapot: Product) -> None:
    put_in_cart(client, teapot, 3)
    page = client.post("/cart/remove/", {"line": f"3 {teapot.sku}"}, follow=True)

    put_back = read(page).form(having="sku", at="/cart/add/").fields
    client.post("/cart/add/", dict(put_back))

    assert held() == {teapot.sku: 3}


def test_a_form_of_its_own_removes_a_line_as_the_button_does(
    client: Client, teapot: Product
) -> None:
    put_in_cart(client, teapot, 3)
    page = client.post("/cart/remove/", {"sku": teapot.sku, "quantity": "3"}, follow=True)

    assert dict(read(page).form(having="sku", at="/cart/add/").fields)["quantity"] == "3"


@pytest.mark.parametrize("pieces", ["0", "-1", "x", ""])
def test_an_address_that_names_no_pieces_offers_nothing_to_put_back(
    client: Client, teapot: Product, pieces: str
) -> None:
    answer = client.get("/cart/", {"removed": teapot.sku, "pieces": pieces})

    assert "Put back" not in read(answer).text


@pytest.mark.usefixtures("deaf_bank")
@pytest.mark.parametrize("button", ["look", "more"])
def test_a_look_at_the_total_orders_nothing_and_keeps_what_was_typed(
    client: Client, teapot: Product, button: str
) -> None:
    put_in_cart(client, teapot)
    typed = filled_in(client, name="Alice", email="alice@")

    answer = check_out(client, typed | {button: teapot.sku})

    assert nothing_happened()
    total = {"look": "£42.00", "more": "£84.00"}[button]
    assert f"Order and pay {total}" in read(answer).text
    assert (kept(answer)["name"], kept(answer)["email"]) == ("Alice", "alice@")


def test_a_piece_more_than_there_are_is_refused_on_the_checkout(
    client: Client, teapot: Product, deaf_bank: ProviderAccount
) -> None:
    put_in_cart(client, teapot, 10)

    answer = check_out(client, filled_in(client) | {"more": teapot.sku})

    assert held() == {teapot.sku: 10}
    assert "Only 10 pieces of Teapot are left." in read(answer).text
