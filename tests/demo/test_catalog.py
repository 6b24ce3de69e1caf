"""What the checkout learns of Fernhill's products."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from demo import models
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


def test_a_product_without_picture_shows_a_drawing_of_its_kind() -> None:
    mug = a_product(name="RED MUG", sku="22001")
    assert mug.image == "/static/demo/products/stand-in/mug.svg#plum"


@pytest.mark.parametrize("picture", ["gone.png", "../settings.py", "demo/", "https://x.example/a"])
def test_a_picture_that_is_no_static_file_gives_way_to_a_drawing(
    client: Client, picture: str
) -> None:
    mug = a_product(name="MUG", picture=picture)
    assert "/stand-in/mug.svg#" in client.get(mug.get_absolute_url()).content.decode()


@pytest.fixture
def _no_picture_known() -> Iterator[None]:
    """The process keeps where pictures are; another storage has them elsewhere."""
    models._address.cache_clear()
    yield
    models._address.cache_clear()


@pytest.mark.usefixtures("_no_picture_known")
def test_a_picture_that_was_not_collected_gives_way_to_a_drawing(
    settings: Settings, tmp_path: Path
) -> None:
    names = {"demo/products/stand-in/mug.svg": "demo/products/stand-in/mug.1234.svg"}
    manifest = {"version": "1.1", "paths": names, "hash": ""}
    (tmp_path / "staticfiles.json").write_text(json.dumps(manifest))
    settings.STATIC_ROOT = tmp_path
    backend = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": backend}}

    mug = a_product(name="MUG", sku="22001", picture="demo/products/stem-vase.svg")

    assert mug.image == "/static/demo/products/stand-in/mug.1234.svg#plum"
