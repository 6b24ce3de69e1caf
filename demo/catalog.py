"""Tells the checkout what Fernhill sells: the demo's answer to the Catalog seam."""

from collections.abc import Collection, Mapping

from demo import models
from shop.catalog import Product


class DemoCatalog:
    """Finds products by SKU in one query; leaves out those not for sale."""

    def find(self, skus: Collection[str]) -> Mapping[str, Product]:
        rows = models.Product.objects.filter(sku__in=skus, active=True)
        rows = rows.defer("description", "search")  # long, and no part of a cart
        return {row.sku: as_catalog_product(row) for row in rows}


def as_catalog_product(row: models.Product) -> Product:
    return Product(
        sku=row.sku,
        name=row.title,
        price=row.money,
        url=row.get_absolute_url(),
        image=row.image,
        available=row.stock,
    )
