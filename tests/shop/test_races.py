"""Many shoppers at once, over real connections: never one piece too many, never an error page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from demo.models import Product, StockMovement
from orders.models import Order
from payments.models import Attempt, ProviderAccount
from shop.models import CartLine
from tests.factories import UserFactory, a_product
from tests.shop.cast import check_out, filled_in, put_in_cart, read

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

    Act = Callable[[], Answer]

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
CROWD = 50


@pytest.fixture(autouse=True)
def _no_limits(settings: Settings) -> None:
    settings.SHOP = {**settings.SHOP, "rate_limits": None}


def all_at_once(acts: list[Act]) -> list[Answer]:
    """Every act in a thread and connection of its own, started together."""
    ready = Barrier(len(acts))

    def run(act: Act) -> Answer:
        try:
            ready.wait(timeout=30)
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as crowd:
        return list(crowd.map(run, acts))


def a_shopper(product: Product) -> Act:
    """Someone with one piece in the cart and the checkout page filled in: press the button."""
    client = Client(raise_request_exception=False)
    put_in_cart(client, product)
    typed = filled_in(client)
    return lambda: check_out(client, typed)


def test_fifty_shoppers_for_the_last_ten_pieces_make_ten_orders(
    teapot: Product, deaf_bank: ProviderAccount
) -> None:
    answers = all_at_once([a_shopper(teapot) for _ in range(CROWD)])

    assert Counter(answer.status_code for answer in answers) == {303: 10, 409: 40}
    assert Order.objects.count() == StockMovement.objects.count() == 10
    assert Product.objects.get().stock == 0


def test_those_who_come_too_late_read_why_and_keep_their_cart(
    teapot: Product, deaf_bank: ProviderAccount
) -> None:
    Product.objects.update(stock=1)

    answers = all_at_once([a_shopper(teapot) for _ in range(5)])

    late = [read(answer).text for answer in answers if answer.status_code == 409]
    assert [("Nothing was charged" in text, "sold out" in text) for text in late] == [
        (True,) * 2
    ] * 4
    assert CartLine.objects.count() == 4


def test_the_same_form_twice_at_once_makes_one_order_and_both_land_on_it(
    teapot: Product, deaf_bank: ProviderAccount
) -> None:
    press = a_shopper(teapot)

    answers = all_at_once([press] * 2)

    assert [answer.status_code for answer in answers] == [303, 303]
    assert (Order.objects.count(), Attempt.objects.count()) == (1, 1)
    token = Order.objects.get().payment.token
    assert {token in answer["Location"] for answer in answers} == {True}


def test_the_same_form_ten_times_at_once_asks_the_bank_for_one_payment(
    teapot: Product, real_bank: ProviderAccount
) -> None:
    press = a_shopper(teapot)

    answers = all_at_once([press] * 10)

    assert {answer.status_code for answer in answers} == {303}
    assert Attempt.objects.count() == 1
    places = {answer["Location"].split("/")[2] for answer in answers if "://" in answer["Location"]}
    assert places == {real_bank.base_url.split("/")[2]}


def test_adding_at_once_adds_up(client: Client, teapot: Product) -> None:
    put_in_cart(client, teapot)

    answers = all_at_once([lambda: put_in_cart(client, teapot)] * 5)

    assert {answer.status_code for answer in answers} == {302}
    assert CartLine.objects.get().quantity == 6


def test_adding_a_new_product_at_once_makes_one_line(client: Client, teapot: Product) -> None:
    put_in_cart(client, a_product(name="Lamp"))

    answers = all_at_once([lambda: put_in_cart(client, teapot)] * 5)

    assert {answer.status_code for answer in answers} == {302}
    assert CartLine.objects.get(sku=teapot.sku).quantity == 5


def test_adding_one_product_and_many_at_once_adds_up(client: Client, teapot: Product) -> None:
    lamp = a_product(name="Lamp")
    put_in_cart(client, a_product(name="Clock"))
    pad = {"sku": [lamp.sku, teapot.sku], "quantity": ["1", "1"]}

    one, many = (lambda: put_in_cart(client, teapot)), (lambda: client.post("/cart/add/", pad))
    answers = all_at_once([one, many] * 3)

    assert {answer.status_code for answer in answers} == {302}
    assert CartLine.objects.get(sku=teapot.sku).quantity == 6


def test_signing_in_at_once_in_two_tabs_merges_once(client: Client, teapot: Product) -> None:
    alice = UserFactory.create()
    older = Client()
    older.force_login(alice)
    put_in_cart(older, teapot, 2)
    put_in_cart(client, teapot)
    client.force_login(alice)

    answers = all_at_once([lambda: client.get("/cart/")] * 4)

    assert {answer.status_code for answer in answers} == {200}
    assert CartLine.objects.get().quantity == 1


@pytest.mark.parametrize("adds", ["the same", "another"])
def test_ordering_in_one_tab_and_adding_in_another_is_no_error(
    teapot: Product, deaf_bank: ProviderAccount, adds: str
) -> None:
    client, chosen = Client(raise_request_exception=False), teapot
    if adds == "another":
        chosen = a_product(name="Lamp")
    put_in_cart(client, teapot)
    typed = filled_in(client)

    ordered, added = all_at_once(
        [lambda: check_out(client, typed), lambda: put_in_cart(client, chosen)]
    )

    assert ordered.status_code in {303, 409}
    assert added.status_code == 302
    pieces = sum(CartLine.objects.values_list("quantity", flat=True))
    assert pieces == (1 if ordered.status_code == 303 else 2)
