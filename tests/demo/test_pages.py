"""Fernhill's shelves and product pages."""

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from demo.browse import PRODUCTS_PER_PAGE
from demo.shelves import fill_shelves
from tests.factories import a_product

pytestmark = pytest.mark.django_db


def text(client: Client, path: str, *, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status
    return answer.content.decode()


def test_the_list_shows_name_price_and_a_way_to_buy(client: Client) -> None:
    mug = a_product(name="Mug", price=1450)
    page = text(client, "/")
    assert "Mug" in page
    assert "£14.50" in page
    assert f'value="{mug.sku}"' in page


def test_the_list_costs_two_statements(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    fill_shelves()
    with django_assert_num_queries(2):
        client.get("/")


def test_a_product_page_costs_two_statements(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    fill_shelves()
    with django_assert_num_queries(2):
        client.get("/p/stoneware-teapot/")


def test_a_category_shows_only_its_own(client: Client) -> None:
    fill_shelves()
    page = text(client, "/?category=garden")
    assert "Watering can" in page
    assert "Stoneware teapot" not in page


def test_an_unknown_category_is_a_friendly_404(client: Client) -> None:
    assert "We looked everywhere" in text(client, "/?category=moon", status=404)


def test_what_is_sold_out_says_so_and_cannot_be_bought(client: Client) -> None:
    vase = a_product(stock=0)
    for path in ("/", vase.get_absolute_url()):
        page = text(client, path)
        assert "Sold out" in page
        assert f'value="{vase.sku}"' not in page


def test_the_last_pieces_are_counted(client: Client) -> None:
    product = a_product(stock=3)
    assert "Only 3 left" in text(client, product.get_absolute_url())


def test_what_is_not_for_sale_has_no_page(client: Client) -> None:
    product = a_product(active=False)
    assert "We looked everywhere" in text(client, product.get_absolute_url(), status=404)


def test_many_products_stand_on_several_pages(client: Client) -> None:
    for _ in range(PRODUCTS_PER_PAGE + 1):
        a_product()
    assert text(client, "/").count("<article") == PRODUCTS_PER_PAGE
    assert text(client, "/?page=2").count("<article") == 1


@pytest.mark.parametrize("page", ["403.html", "403_csrf.html", "404.html", "429.html", "500.html"])
def test_error_pages_render_with_nothing_at_hand(page: str) -> None:
    assert "Back to the products" in render_to_string(page)


def test_the_terms_a_shopper_agrees_to_can_be_read(client: Client) -> None:
    assert client.get(settings.SHOP["terms_url"]).status_code == 200
