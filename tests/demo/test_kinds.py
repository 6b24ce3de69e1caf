"""The shelf and the stand-in drawing that a name leads to."""

from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

from demo.kinds import COLOURS, KINDS, UNKNOWN, Category, category_of, kind_of, stand_in

PICTURE_BYTES = 15_000
DRAWINGS = sorted({kind.drawing for kind in KINDS} | set(UNKNOWN))


@pytest.mark.parametrize(
    ("name", "shelf"),
    [
        ("WHITE HANGING HEART T-LIGHT HOLDER", Category.LIVING),
        ("SET OF 6 SPICE JARS", Category.KITCHEN),
        ("Jumbo bag pink polkadot", Category.OUTDOORS),
        ("HEART OF WICKER SMALL", Category.OTHER),
        ("ROSE PENCIL", Category.DESK),
        ("PARTY INVITES", Category.DESK),
        ("?", Category.OTHER),
    ],
)
def test_the_last_known_word_of_a_name_chooses_the_shelf(name: str, shelf: Category) -> None:
    assert category_of(name) == shelf


def test_no_word_leads_two_ways() -> None:
    words = [word for kind in KINDS for word in kind.words.split()]
    assert len(words) == len(set(words))


def test_a_sku_keeps_its_drawing() -> None:
    assert kind_of("???") is None
    assert {stand_in("???", "85123A") for _ in range(3)} == {stand_in("???", "85123A")}


def test_things_of_a_kind_come_in_all_colours() -> None:
    colours = {stand_in("MUG", f"{number:05}")[1] for number in range(200)}
    assert colours == set(COLOURS)


@pytest.mark.parametrize("drawing", DRAWINGS)
def test_each_drawing_has_every_colour_and_a_title(drawing: str) -> None:
    found = finders.find(f"demo/products/stand-in/{drawing}.svg")
    assert found
    text = Path(found).read_text("utf-8")
    assert "<title" in text
    # The first colours need no id: they show where none is asked for.
    assert [colour for colour in COLOURS[1:] if f'id="{colour}"' not in text] == []


def test_every_picture_of_the_demo_is_small() -> None:
    pictures = [*(settings.BASE_DIR / "demo" / "static").rglob("*.svg")]
    assert len(pictures) > len(DRAWINGS)
    assert [path.name for path in pictures if path.stat().st_size > PICTURE_BYTES] == []
