"""The settings of the shop: one frozen object, read late, checked at start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.module_loading import import_string

from orders.conf import read_settings
from shop.catalog import Catalog

RATE_LIMITS = {
    "cart": "240/m",
    "checkout": "20/m",
    "order_link": "10/m",
    "order_request": "10/m",
}


@dataclass(frozen=True, slots=True)
class ShopSettings:
    catalog: str
    """Dotted path of the Catalog that finds your products."""
    currency: str = "GBP"
    """ISO 4217 code of all prices."""
    max_quantity: int = 9_999
    """The most pieces of one SKU in a cart."""
    max_lines: int = 1_000
    """The most different SKUs in a cart."""
    countries: Sequence[str] = ()
    """ISO 3166 codes you deliver to; empty: everywhere."""
    products_url: str = "/"
    """Where "continue shopping" leads."""
    terms_url: str = ""
    """Where your terms of sale stand; empty: no link."""
    terms_version: str = ""
    """Kept with each order, so that you know what was agreed."""
    rate_limits: Mapping[str, str] | None = field(default_factory=lambda: dict(RATE_LIMITS))
    """Requests per client and page, as "20/m"; None lifts every limit."""


def shop_settings() -> ShopSettings:
    return read_settings("SHOP", ShopSettings)


def configured_catalog() -> Catalog:
    """The Catalog named in SHOP["catalog"]."""
    catalog: Catalog = import_string(shop_settings().catalog)()
    return catalog
