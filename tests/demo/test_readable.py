"""Names as a shopper likes to read them."""

import pytest

from demo.readable import readable_name
from tests.factories import a_product


@pytest.mark.parametrize(
    ("shouted", "read"),
    [
        ("WHITE HANGING HEART T-LIGHT HOLDER", "White hanging heart T-light holder"),
        ("SET OF 3 CAKE TINS PANTRY DESIGN", "Set of 3 cake tins pantry design"),
        ("CHRISTMAS TREE, SANTA'S USB LIGHTS", "Christmas tree, Santa's USB lights"),
        ("METAL SIGN,CUPCAKE SINGLE HOOK", "Metal sign, cupcake single hook"),
        ("RED WOOLLY HOTTIE  WHITE HEART.", "Red woolly hottie white heart"),
        ("12 PENCILS", "12 pencils"),
        ("", ""),
    ],
)
def test_a_shouted_name_is_lowered(shouted: str, read: str) -> None:
    assert readable_name(shouted) == read


@pytest.mark.parametrize("name", ["Stoneware teapot", "iPod case", "BAG 500g SWIRLY MARBLES"])
def test_a_name_in_mixed_case_stays_as_it_is(name: str) -> None:
    assert readable_name(name) == name


@pytest.mark.django_db
def test_the_sku_keeps_its_capitals() -> None:
    product = a_product(sku="85123A", name="WHITE LANTERN")
    assert (product.sku, product.title) == ("85123A", "White lantern")
