"""Puts Fernhill's products on the shelves from demo/data/products.json."""

import json
from pathlib import Path

from demo.models import Product

PRODUCTS = Path(__file__).parent / "data" / "products.json"


def fill_shelves() -> int:
    """Load every product and return how many; the stock of those there already is kept."""
    entries = json.loads(PRODUCTS.read_text(encoding="utf-8"))
    for entry in entries:
        sku, stock = entry.pop("sku"), entry.pop("stock")
        Product.objects.update_or_create(
            sku=sku, defaults=entry, create_defaults={**entry, "stock": stock}
        )
    return len(entries)
