"""What a shopper reads where no way to pay takes an amount as small as theirs."""

from __future__ import annotations

import pytest
from django.test import Client

from demo.models import Product
from orders.money import Money
from payments.models import Payment
from payments.providers.capabilities import MethodCapability
from payments.registry import least_amount
from tests.factories import a_product, an_account, an_order
from tests.shop.cast import put_in_cart, read

pytestmark = pytest.mark.django_db
SMALLEST = "The smallest amount that can be paid here is £0.30."
NO_WAY = "There is no way to pay this amount at the moment."


def pence(amount: int) -> Money:
    return Money(amount, "GBP")


@pytest.fixture
def sticker() -> Product:
    return a_product(name="Sticker", price=20, stock=10)


def checkout(client: Client, sticker: Product) -> tuple[str, list[str]]:
    put_in_cart(client, sticker)
    page = read(client.get("/checkout/"))
    return page.text, page.links


def at_stripe(**given: bool) -> None:
    an_account(code="stripe", provider="stripe", **given)


def test_the_checkout_names_the_smallest_amount_and_leads_back(
    client: Client, sticker: Product
) -> None:
    at_stripe()

    text, links = checkout(client, sticker)

    assert SMALLEST in text
    assert "Continue shopping" in text
    assert "/cart/" in links


def test_the_pay_page_names_it(client: Client) -> None:
    at_stripe()
    payment = Payment.objects.get(order=an_order(amount=20))

    assert SMALLEST in read(client.get(f"/payments/pay/{payment.token}/")).text


def test_where_nothing_is_on_offer_no_amount_is_named(client: Client, sticker: Product) -> None:
    at_stripe(active=False)

    text, _links = checkout(client, sticker)

    assert NO_WAY in text
    assert "smallest amount" not in text
    assert "contact us" not in text


@pytest.mark.parametrize(("amount", "least"), [(29, pence(30)), (30, None), (31, None)])
def test_an_amount_is_too_small_only_below_the_smallest(amount: int, least: Money | None) -> None:
    at_stripe()

    assert least_amount(pence(amount)) == least


def test_the_way_that_takes_the_least_decides() -> None:
    at_stripe()
    an_account()

    assert least_amount(pence(1)) is None


def test_a_smallest_amount_is_one_that_the_steps_allow() -> None:
    method = MethodCapability("card", minimum=150, steps={"ISK": 100})

    assert method.least("ISK") == 200
    assert method.takes(Money(method.least("ISK"), "ISK"))
