"""Writes gathered products as rows: all of them or, after an error, none."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils.text import slugify

from demo.kinds import category_of
from demo.loading.gather import Found
from demo.models import Product

AT_ONCE = 500
LONGEST_SLUG_OF_NAME = 60


@dataclass(slots=True)
class Shelved:
    """How many products were made, changed, or left as they were."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0

    def count(self, *, created: int, updated: int, there: int) -> None:
        self.created += created
        self.updated += updated
        self.unchanged += there - updated


def put_on_shelves(products: Mapping[str, Found], *, stock: int) -> Shelved:
    """Create what is new, with its stock; of what is there change name and price, nothing else.

    A second call changes nothing.
    """
    shelved = Shelved()
    with transaction.atomic():
        for codes in _batches(list(products)):
            there = Product.objects.in_bulk(codes, field_name="sku")
            new = [_product(code, products[code], stock) for code in codes if code not in there]
            changed = [row for code, row in there.items() if _change(row, products[code])]
            _make_slugs_unique(new)
            Product.objects.bulk_create(new)
            for row in changed:
                row.save(update_fields=["name", "price", "search"])
            shelved.count(created=len(new), updated=len(changed), there=len(there))
    return shelved


def _batches(codes: list[str]) -> Iterator[list[str]]:
    yield from (codes[start : start + AT_ONCE] for start in range(0, len(codes), AT_ONCE))


def _product(code: str, found: Found, stock: int) -> Product:
    words = slugify(found.name)[:LONGEST_SLUG_OF_NAME].strip("-")
    return Product(
        sku=code,
        slug=slugify(f"{words}-{code}")[:100],
        name=found.name,
        category=category_of(found.name),
        price=found.price,
        stock=stock,
    )


def _change(row: Product, found: Found) -> bool:
    if (row.name, row.price) == (found.name, found.price):
        return False
    row.name, row.price = found.name, found.price
    return True


def _make_slugs_unique(new: list[Product]) -> None:
    """Codes differ, but two that differ in a sign only may give one slug."""
    wanted = [product.slug for product in new]
    taken = set(Product.objects.filter(slug__in=wanted).values_list("slug", flat=True))
    for product in new:
        plain, number = product.slug[:90], 2
        while product.slug in taken:
            product.slug, number = f"{plain}-{number}", number + 1
        taken.add(product.slug)
