"""What a visitor asked of the shelves, and the one page of products that answers it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from django.core.paginator import Page, Paginator
from django.db import models
from django.db.models import Count, QuerySet
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from demo.kinds import Category
from demo.models import Product
from demo.search import matches, plain

PRODUCTS_PER_PAGE = 24
_NUMBER = re.compile(r"\+?0*([0-9]*)")


class Sort(models.TextChoices):
    FEATURED = "featured", _("Featured")
    NAME = "name", _("Name")
    CHEAPEST = "cheapest", _("Price, low to high")
    DEAREST = "dearest", _("Price, high to low")
    NEWEST = "newest", _("Newest")


ORDER = {
    Sort.FEATURED: ["pk"],
    Sort.NAME: ["search", "pk"],
    Sort.CHEAPEST: ["price", "pk"],
    Sort.DEAREST: ["-price", "-pk"],
    Sort.NEWEST: ["-pk"],
}


@dataclass(frozen=True)
class Chip:
    """One shelf to go to, and how many products of the search stand there."""

    category: Category
    label: str | Promise
    count: int


@dataclass(frozen=True)
class Browse:
    """The shelves as asked for; costs two statements, whatever their length."""

    words: str
    category: Category | None
    sort: Sort
    asked_page: str = ""

    @classmethod
    def asked(cls, query: Mapping[str, str]) -> Browse:
        """Read an address' query; raises ValueError on an unknown category."""
        wanted, sort = query.get("category", ""), query.get("sort", "")
        return cls(
            words=plain(query.get("q", "")),
            category=Category(wanted) if wanted else None,
            sort=Sort(sort) if sort in Sort.values else Sort.FEATURED,
            asked_page=query.get("page", ""),
        )

    @property
    def kept(self) -> QueryDict:
        """What every link of the page carries on."""
        kept = QueryDict(mutable=True)
        if self.words:
            kept["q"] = self.words
        if self.category:
            kept["category"] = self.category.value
        if self.sort != Sort.FEATURED:
            kept["sort"] = self.sort.value
        return kept

    @property
    def _everywhere(self) -> QuerySet[Product]:
        return Product.objects.filter(matches(self.words), active=True)

    @cached_property
    def counts(self) -> dict[str, int]:
        """Products found by shelf: one statement, and all that the page has to count."""
        rows = self._everywhere.order_by().values_list("category").annotate(Count("pk"))
        return dict(rows)

    @property
    def found_everywhere(self) -> int:
        return sum(self.counts.values())

    @property
    def found(self) -> int:
        return self.counts.get(self.category, 0) if self.category else self.found_everywhere

    @property
    def chips(self) -> list[Chip]:
        """The shelves with something on them, and the one the visitor is at."""
        return [
            Chip(category, category.label, self.counts.get(category, 0))
            for category in Category
            if category in self.counts or category == self.category
        ]

    @cached_property
    def page(self) -> Page[Product]:
        products = self._everywhere.order_by(*ORDER[self.sort])
        if self.category:
            products = products.filter(category=self.category)
        paginator = Paginator(products, PRODUCTS_PER_PAGE)
        paginator.count = self.found  # counted already
        return paginator.page(nearest_page(self.asked_page, paginator.num_pages))

    @property
    def page_numbers(self) -> list[int | str]:
        """First, neighbours and last; an ellipsis stands for those between."""
        page = self.page
        return list(page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1))


def nearest_page(text: str, last: int) -> int:
    """The page that was meant, or the one nearest to it."""
    asked = _NUMBER.fullmatch(text.strip())
    if not asked:
        return 1
    # No shelf is so long that ten digits are meant; and Python reads no number of ten thousand.
    return max(1, min(int(asked[1][:10] or "0"), last))
