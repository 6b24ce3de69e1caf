"""What the checkout learns of Fernhill's products."""

import pytest
from pytest_django import DjangoAssertNumQueries

from demo.catalog import DemoCatalog
from orders.money import Money
from tests.factories import a_product

pytestmark = pytest.mark.django_db


def test_it_tells_name_price_page_picture_and_stock() -> None:
    mug = a_product(
        name="Mug", slug="mug", price=1450, stock=3, picture="demo/products/speckled-mug.svg"
    )
    found = DemoCatalog().find([mug.sku])[mug.sku]
    assert (found.name, found.price, found.available) == ("Mug", Money(1450, "GBP"), 3)
    assert (found.url, found.image) == ("/p/mug/", "/static/demo/products/speckled-mug.svg")


def test_it_leaves_out_what_is_not_for_sale() -> None:
    gone = a_product(active=False)
    assert DemoCatalog().find([gone.sku, "NONE"]) == {}


def test_what_is_sold_out_is_still_told() -> None:
    product = a_product(stock=0)
    assert DemoCatalog().find([product.sku])[product.sku].available == 0


def test_many_products_cost_one_statement(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    skus = [a_product().sku for _ in range(10)]
    with django_assert_num_queries(1):
        assert len(DemoCatalog().find(skus)) == 10


def test_a_product_without_picture_shows_a_parcel() -> None:
    product = a_product()
    assert product.image == "/static/demo/products/parcel.svg"
