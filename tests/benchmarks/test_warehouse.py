"""The warehouse of the replay keeps the promises of the Catalog and Stock seams."""

import pytest

from benchmarks.warehouse.catalog import WarehouseCatalog
from benchmarks.warehouse.models import Item
from benchmarks.warehouse.stock import WarehouseStock
from orders.errors import OutOfStock
from orders.money import Money
from orders.services.stock import StockLine

pytestmark = pytest.mark.django_db
BOTH = [StockLine("20002@2.00", 3), StockLine("10001@0.15", 2)]


@pytest.fixture(autouse=True)
def _two_items() -> None:
    Item.objects.create(sku="10001@0.15", name="Thing", price=15, stock=2)
    Item.objects.create(sku="20002@2.00", name="Other", price=200, stock=5)


def left() -> list[int]:
    return list(Item.objects.order_by("sku").values_list("stock", flat=True))


def test_an_item_is_sold_at_its_own_price() -> None:
    found = WarehouseCatalog().find(["10001@0.15", "10001@0.20"])
    assert {sku: product.price for sku, product in found.items()} == {
        "10001@0.15": Money(15, "GBP")
    }


def test_an_order_takes_its_lines_once() -> None:
    for _ in range(2):
        WarehouseStock().take(ref="A", lines=BOTH)
    assert left() == [0, 2]


def test_all_lines_are_taken_or_none() -> None:
    with pytest.raises(OutOfStock) as refusal:
        WarehouseStock().take(ref="A", lines=[*BOTH[:1], StockLine("10001@0.15", 3)])
    assert refusal.value.skus == {"10001@0.15"}
    assert left() == [2, 5]


def test_what_was_taken_is_given_back_once() -> None:
    WarehouseStock().take(ref="A", lines=BOTH)
    for _ in range(2):
        WarehouseStock().give_back(ref="A", lines=BOTH)
    assert left() == [2, 5]


def test_what_was_never_taken_is_not_given_back() -> None:
    WarehouseStock().give_back(ref="A", lines=BOTH)
    assert left() == [2, 5]
