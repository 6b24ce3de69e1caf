"""Goods leave the shelf all or none, once per reference, and come back once."""

import pytest

from demo.models import Product, StockMovement
from demo.stock import DemoStock
from orders.errors import OutOfStock
from orders.services.stock import StockLine
from tests.factories import a_product

pytestmark = pytest.mark.django_db
STOCK = DemoStock()


def stock_of(*products: Product) -> list[int]:
    return [Product.objects.get(pk=product.pk).stock for product in products]


def test_take_lowers_each_shelf() -> None:
    mug, pot = a_product(stock=5), a_product(stock=7)
    STOCK.take(ref="A1", lines=[StockLine(pot.sku, 3), StockLine(mug.sku, 5)])
    assert stock_of(mug, pot) == [0, 4]


def test_the_same_ref_takes_once() -> None:
    mug = a_product(stock=5)
    for _ in range(2):
        STOCK.take(ref="A1", lines=[StockLine(mug.sku, 2)])
    assert stock_of(mug) == [3]
    assert StockMovement.objects.count() == 1


def test_another_ref_takes_again() -> None:
    mug = a_product(stock=5)
    STOCK.take(ref="A1", lines=[StockLine(mug.sku, 2)])
    STOCK.take(ref="A2", lines=[StockLine(mug.sku, 2)])
    assert stock_of(mug) == [1]


def test_one_short_line_takes_nothing_and_names_its_sku() -> None:
    mug, pot = a_product(stock=5), a_product(stock=1)
    with pytest.raises(OutOfStock) as refused:
        STOCK.take(ref="A1", lines=[StockLine(mug.sku, 2), StockLine(pot.sku, 2)])
    assert refused.value.skus == {pot.sku}
    assert stock_of(mug, pot) == [5, 1]
    assert not StockMovement.objects.exists()


def test_an_unknown_sku_is_out_of_stock() -> None:
    with pytest.raises(OutOfStock):
        STOCK.take(ref="A1", lines=[StockLine("NONE", 1)])


def test_two_lines_of_one_sku_are_taken_together() -> None:
    mug = a_product(stock=5)
    with pytest.raises(OutOfStock):
        STOCK.take(ref="A1", lines=[StockLine(mug.sku, 3), StockLine(mug.sku, 3)])
    assert stock_of(mug) == [5]


def test_goods_come_back_once() -> None:
    mug = a_product(stock=5)
    lines = [StockLine(mug.sku, 2)]
    STOCK.take(ref="A1", lines=lines)
    for _ in range(2):
        STOCK.give_back(ref="A1", lines=lines)
    assert stock_of(mug) == [5]


def test_after_a_refusal_the_same_ref_may_try_again() -> None:
    mug = a_product(stock=1)
    with pytest.raises(OutOfStock):
        STOCK.take(ref="A1", lines=[StockLine(mug.sku, 2)])
    STOCK.take(ref="A1", lines=[StockLine(mug.sku, 1)])
    assert stock_of(mug) == [0]


def test_what_was_never_taken_is_not_given_back() -> None:
    mug = a_product(stock=5)
    STOCK.give_back(ref="A1", lines=[StockLine(mug.sku, 2)])
    assert stock_of(mug) == [5]
