"""What kind of thing a name tells of: the shelf it belongs on and the drawing that stands in."""

import re
from dataclasses import dataclass
from zlib import crc32

from django.db import models
from django.utils.translation import gettext_lazy as _


class Category(models.TextChoices):
    KITCHEN = "kitchen", _("Kitchen")
    LIVING = "living", _("Living room")
    GARDEN = "garden", _("Garden")
    DESK = "desk", _("Desk")
    OUTDOORS = "outdoors", _("Out and about")
    OTHER = "other", _("Everything else")


@dataclass(frozen=True, slots=True)
class Kind:
    """A drawing, a shelf, and the words (in the singular) that lead to them."""

    drawing: str
    category: Category
    words: str


KINDS = (
    Kind("mug", Category.KITCHEN, "beaker coffee cosy cup mug saucer tea teacup teapot"),
    Kind("bowl", Category.KITCHEN, "bowl colander dish ladle mixing pan plate platter tray"),
    Kind("cake", Category.KITCHEN, "bake baking cake cakecase cakestand cookie cupcake muffin"),
    Kind(
        "spoon",
        Category.KITCHEN,
        "apron chopping cutlery cutter doily fork kitchen knife napkin oven pantry placemat recipe "
        "scale spoon straw tablecloth towel trivet warmer",
    ),
    Kind(
        "bottle",
        Category.KITCHEN,
        "bottle decanter flask glass goblet jam jar jug milk tumbler wine",
    ),
    Kind(
        "candle",
        Category.LIVING,
        "burner candelabra candle candleholder candlepot candlestick chandelier incense lamp "
        "lampshade lantern light match nightlight t-light tealight votive",
    ),
    Kind(
        "cushion",
        Category.LIVING,
        "blanket cover cushion curtain doormat doorstop filler pillow pouffe rug throw",
    ),
    Kind("clock", Category.LIVING, "alarm clock time watch"),
    Kind(
        "frame",
        Category.LIVING,
        "art canvas chalkboard doorsign frame mirror photo photoframe picture plaque sign slate "
        "tile wall",
    ),
    Kind("hook", Category.LIVING, "cabinet doorknob drawer hanger hook key knob rack shelf"),
    Kind(
        "flower",
        Category.GARDEN,
        "artificial birdhouse daisy flower flowerpot garden glove gnome herb lavender leaf parasol "
        "plant planter pot rose seed trellis trowel tulip watering",
    ),
    Kind("bird", Category.GARDEN, "bird birdcage birdfeeder chick cockerel dovecote feeder hen"),
    Kind(
        "card",
        Category.DESK,
        "card cardholder envelope gift giftwrap invite letter paper postcard "
        "ribbon stationery tag tissue wrap",
    ),
    Kind(
        "pencil",
        Category.DESK,
        "book chalk crayon diary eraser journal magnet memo notebook organiser pen pencil rubber "
        "ruler scissor sewing sharpener sketchbook sticker tape",
    ),
    Kind(
        "bag",
        Category.OUTDOORS,
        "backpack bag handbag luggage lunch passport picnic purse rucksack shopper suitcase "
        "umbrella wallet washbag",
    ),
    Kind(
        "jewel",
        Category.OTHER,
        "bangle bead bracelet brooch charm choker earring hair hairclip hairslide keyring neckl "
        "necklace pendant phone ring",
    ),
    Kind(
        "star",
        Category.OTHER,
        "advent bauble bell bunting christmas decoration garland reindeer santa snowflake star "
        "tree wreath xmas",
    ),
    Kind(
        "toy",
        Category.OTHER,
        "babushka ball balloon block bunny cat childs craft dinosaur dog doll domino feltcraft "
        "game helicopter jigsaw playhouse puppet puzzle rabbit skittle soldier teddy toy windmill",
    ),
    Kind("heart", Category.OTHER, "heart love sweetheart"),
    Kind("box", Category.OTHER, "basket bin box case chest crate storage tin trinket"),
)
UNKNOWN = ("parcel", "ribbon", "box")
COLOURS = ("clay", "moss", "sky", "plum", "straw", "stone")
_BY_WORD = {word: kind for kind in KINDS for word in kind.words.split()}
_WORD = re.compile(r"t-light|[a-z]+")


def kind_of(name: str) -> Kind | None:
    """The kind that the last known word tells of, for that is mostly the thing itself."""
    words = _WORD.findall(name.lower())
    return next((kind for word in reversed(words) if (kind := _known(word))), None)


def category_of(name: str) -> Category:
    kind = kind_of(name)
    return kind.category if kind else Category.OTHER


def stand_in(name: str, sku: str) -> tuple[str, str]:
    """The drawing, as a path below the static files, and its colours; always the same for a SKU."""
    kind, chance = kind_of(name), crc32(sku.encode())
    drawing = kind.drawing if kind else UNKNOWN[chance % len(UNKNOWN)]
    return f"demo/products/stand-in/{drawing}.svg", COLOURS[chance // 7 % len(COLOURS)]


def _known(word: str) -> Kind | None:
    for singular in (word, word.removesuffix("s"), word.removesuffix("es")):
        if kind := _BY_WORD.get(singular):
            return kind
    return _BY_WORD.get(word.removesuffix("ies") + "y")
