"""How many statements each page costs; a number here may only go down without a reason.

Each test runs in a transaction where it names none, so ours shows as SAVEPOINT and RELEASE.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from demo.models import Product
from orders.models import Order
from payments.models import ProviderAccount
from tests.factories import UserFactory, a_payment, a_product
from tests.shop.cast import check_out, filled_in, put_in_cart

pytestmark = pytest.mark.django_db
Statements = Callable[[int], AbstractContextManager[object]]


@pytest.fixture
def statements(django_assert_num_queries: DjangoAssertNumQueries) -> Statements:
    return django_assert_num_queries


@pytest.fixture
def ten_lines(client: Client, db: None) -> Client:
    """A guest with ten different things in the cart."""
    fill(client, 10)
    return client


def fill(client: Client, lines: int) -> None:
    skus = [a_product().sku for _ in range(lines)]
    client.post("/cart/add/", {"sku": skus, "quantity": ["1"] * lines})


def test_the_cart_page(ten_lines: Client, statements: Statements) -> None:
    with statements(3):
        ten_lines.get("/cart/")


def test_the_cart_page_of_a_signed_in_shopper(ten_lines: Client, statements: Statements) -> None:
    ten_lines.force_login(UserFactory.create())
    ten_lines.get("/cart/")

    with statements(5):
        ten_lines.get("/cart/")


def test_another_page_with_the_count_of_the_cart(ten_lines: Client, statements: Statements) -> None:
    with statements(3):
        ten_lines.get("/mail/")


@pytest.mark.django_db(transaction=True)
def test_the_first_thing_in_a_cart(client: Client, teapot: Product, statements: Statements) -> None:
    """One of them writes the new session."""
    with statements(4):
        put_in_cart(client, teapot)


@pytest.mark.django_db(transaction=True)
def test_another_thing_in_a_cart(
    ten_lines: Client, teapot: Product, statements: Statements
) -> None:
    with statements(4):
        put_in_cart(ten_lines, teapot)


@pytest.mark.django_db(transaction=True)
def test_one_more_of_what_is_in_a_cart(
    client: Client, teapot: Product, statements: Statements
) -> None:
    put_in_cart(client, teapot)

    with statements(4):
        put_in_cart(client, teapot)


def test_another_thing_inside_a_transaction_of_the_host(
    ten_lines: Client, teapot: Product, statements: Statements
) -> None:
    with statements(8):
        put_in_cart(ten_lines, teapot)


def test_new_quantities_of_ten_lines(ten_lines: Client, statements: Statements) -> None:
    skus = list(Product.objects.values_list("sku", flat=True))

    with statements(8):
        ten_lines.post("/cart/update/", {"sku": skus, "quantity": ["2"] * 10})


def test_the_checkout_page(
    ten_lines: Client, deaf_bank: ProviderAccount, statements: Statements
) -> None:
    """One of them reads the accounts, which are kept from then on."""
    with statements(4):
        ten_lines.get("/checkout/")


@pytest.mark.usefixtures("deaf_bank")
@pytest.mark.parametrize("lines", [3, 10])
def test_placing_an_order_and_calling_the_bank(
    client: Client, statements: Statements, lines: int
) -> None:
    """However many lines; 11 of them call the bank and book the answer."""
    fill(client, lines)
    typed = filled_in(client)

    with statements(23):
        check_out(client, typed)


def test_the_order_page(client: Client, db: None, statements: Statements) -> None:
    """One of them finds what it was paid with."""
    order = a_payment().order

    with statements(4):
        client.get(f"/order/{order.link_token}/")


@pytest.mark.usefixtures("deaf_bank")
def test_the_order_page_of_who_has_just_ordered(client: Client, statements: Statements) -> None:
    """The session is read, but not the cart: it has become the order."""
    fill(client, 3)
    check_out(client)
    order = Order.objects.get()

    with statements(4):
        page = client.get(f"/order/{order.link_token}/")

    assert "cart-count" not in page.content.decode()


@pytest.mark.usefixtures("deaf_bank")
def test_the_order_page_counts_what_is_in_the_next_cart(client: Client) -> None:
    fill(client, 3)
    check_out(client)
    fill(client, 2)

    page = client.get(f"/order/{Order.objects.get().link_token}/")

    assert page.context["cart_count"] == 2


@pytest.mark.parametrize("view", ["return/", "status/"])
def test_the_result_page_of_a_paid_order(client: Client, statements: Statements, view: str) -> None:
    payment = a_payment()

    with statements(2):
        client.get(f"/payments/pay/{payment.token}/{view}")
