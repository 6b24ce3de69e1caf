"""While the database does not answer: 503, when to come back, and nothing typed is lost."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from demo.models import Product
from orders.models import Order
from payments.models import ProviderAccount
from shop.views.unavailable import RETRY_AFTER
from tests.shop.cast import ALICE, TOKEN, filled_in, kept, put_in_cart, read, without

pytestmark = pytest.mark.django_db


def no_answer(execute: Callable[..., Any], *args: Any) -> Any:
    raise OperationalError("the server closed the connection unexpectedly")


@pytest.fixture
def shopper(teapot: Product, deaf_bank: ProviderAccount) -> Client:
    """Someone whose browser shows what the server makes of an error, not the error."""
    client = Client(raise_request_exception=False)
    put_in_cart(client, teapot)
    return client


@pytest.fixture
def form(shopper: Client) -> dict[str, str]:
    return filled_in(shopper)


@pytest.fixture
def database_down(form: dict[str, str]) -> Iterator[None]:
    with connection.execute_wrapper(no_answer):
        yield


@pytest.mark.usefixtures("database_down")
def test_a_checkout_answers_503_and_says_when_to_come_back(
    shopper: Client, form: dict[str, str]
) -> None:
    answer = shopper.post("/checkout/", form)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, RETRY_AFTER)


@pytest.mark.usefixtures("database_down")
def test_what_was_typed_at_the_checkout_stands_in_the_form(
    shopper: Client, form: dict[str, str]
) -> None:
    assert kept(shopper.post("/checkout/", form)) == form


@pytest.mark.usefixtures("database_down")
def test_the_address_can_still_be_changed(shopper: Client, form: dict[str, str]) -> None:
    page = shopper.post("/checkout/", form).content.decode()
    (field,) = re.findall(r'<input[^>]*name="line1"[^>]*>', page)
    assert f'value="{ALICE["line1"]}"' in field


def test_the_kept_form_orders_once_the_database_is_back(
    shopper: Client, form: dict[str, str]
) -> None:
    with connection.execute_wrapper(no_answer):
        again = kept(shopper.post("/checkout/", form))
    shopper.post("/checkout/", again)
    assert Order.objects.count() == 1


@pytest.mark.usefixtures("database_down")
def test_a_piece_for_the_cart_is_kept_too(shopper: Client, teapot: Product) -> None:
    page = read(put_in_cart(shopper, teapot, 3))
    sent = without(dict(page.form(having="sku", at="/cart/add/").fields), TOKEN)
    assert sent == {"sku": teapot.sku, "quantity": "3"}


@pytest.mark.usefixtures("database_down")
def test_a_password_is_not_written_into_the_page(shopper: Client) -> None:
    answer = shopper.post("/admin/login/", {"username": "admin", "password": "open sesame"})
    assert answer.status_code == 503
    assert b"open sesame" not in answer.content


@pytest.mark.usefixtures("database_down")
def test_a_page_that_is_only_looked_at_leads_to_itself(shopper: Client) -> None:
    answer = shopper.get("/cart/?from=here")
    assert answer.status_code == 503
    assert "/cart/?from=here" in read(answer).links


@pytest.mark.usefixtures("database_down")
def test_the_page_speaks_the_language_of_the_shopper(shopper: Client) -> None:
    answer = shopper.get("/cart/", headers={"Accept-Language": "zh-hans"})
    assert "请稍候" in answer.content.decode()


def test_any_other_error_is_a_500(shopper: Client) -> None:
    def mistake(execute: Callable[..., Any], *args: Any) -> Any:
        raise ZeroDivisionError

    with connection.execute_wrapper(mistake):
        assert shopper.get("/cart/").status_code == 500
